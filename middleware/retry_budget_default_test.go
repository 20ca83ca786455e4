package middleware

import (
	"testing"
)

func TestDefaultsOfARetryBudget(t *testing.T) {
	for _, c := range []struct{ budget, want RetryBudget }{
		{RetryBudget{}, RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 100}},
		{RetryBudget{Ratio: 0.5}, RetryBudget{Ratio: 0.5, PerSecond: 10, Burst: 100}},
		{RetryBudget{PerSecond: 5}, RetryBudget{Ratio: 0.2, PerSecond: 5, Burst: 100}},
		{RetryBudget{Burst: 7}, RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 7}},
		{RetryBudget{Ratio: None}, RetryBudget{Ratio: 0, PerSecond: 10, Burst: 100}},
		{RetryBudget{PerSecond: None}, RetryBudget{Ratio: 0.2, PerSecond: 0, Burst: 100}},
	} {
		if got := (RetryOptions{Budget: c.budget}).withDefaults().Budget; got != c.want {
			t.Errorf("%+v becomes %+v, want %+v", c.budget, got, c.want)
		}
	}
	if got := (RetryOptions{}).withDefaults().Budget; got != (RetryBudget{Ratio: 0.2, PerSecond: 10, Burst: 100}) {
		t.Errorf("without one it is %+v", got)
	}
}
