package asbackend

import (
	"reflect"

	as "github.com/aerospike/aerospike-client-go/v7"
)

// message returns the client's text of err alone.
//
// The method Error of err adds the text of each cause in turn, which takes the square of their
// number. A command that waits for a connection has a cause for each millisecond: after
// ten seconds its text takes ten seconds.
func message(err *as.AerospikeError) string {
	if messageField != nil {
		return reflect.ValueOf(err).Elem().FieldByIndex(messageField).String()
	}
	return err.Error()
}

// messageField is the index of the field with the text, which is not exported. It is nil if
// a version of the client has no such field.
var messageField = func() []int {
	field, ok := reflect.TypeFor[as.AerospikeError]().FieldByName("msg")
	if !ok || field.Type.Kind() != reflect.String {
		return nil
	}
	return field.Index
}()
