package storetest

import "testing"

func TestOptionsSetBothNamespaces(t *testing.T) {
	t.Parallel()
	c := newConfig([]Option{WithNamespace("a"), nil, WithOtherNamespace("b")})
	if c.namespace != "a" || c.otherNamespace != "b" {
		t.Errorf("the namespaces are %q and %q", c.namespace, c.otherNamespace)
	}
}
