package emulator

import (
	"fmt"
	"sync/atomic"
)

// A Command is a kind of what clients send, for [Fault] and [Count].
type Command int

// The commands. The keys of a batch are counted one by one, and as one Batch.
const (
	Connect          Command = iota // a connection that is opened
	Login                           // a login, or a command about users
	Info                            // requests for information
	Read                            // a read of one record, or a test whether it exists
	Write                           // a write of one record, a touch included
	Delete                          // a delete of one record
	Batch                           // a batch, as a whole
	BatchedRead                     // a key of a batch that is read
	BatchedWrite                    // a key of a batch that is written
	BatchedDelete                   // a key of a batch that is deleted
	Query                           // a query or a scan, as a whole
	QueriedPartition                // a partition of a query, before its first record
	Job                             // a write by query, which runs in the background

	commandCount
)

var commandNames = [commandCount]string{
	"Connect", "Login", "Info", "Read", "Write", "Delete",
	"Batch", "BatchedRead", "BatchedWrite", "BatchedDelete", "Query", "QueriedPartition", "Job",
}

// String returns the name, such as "BatchedWrite".
func (c Command) String() string {
	if !c.isValid() {
		return fmt.Sprintf("Command(%d)", int(c))
	}
	return commandNames[c]
}

func (c Command) isValid() bool { return c >= 0 && c < commandCount }

// A Count says what became of commands.
type Count struct {
	// Received is how many arrived as a whole. Connect counts connections that were
	// accepted, and QueriedPartition the partitions with a record to answer.
	Received int64

	// Applied is how many reads, writes and deletes of records were carried out with
	// success, whether their answers arrived or not. Of the other commands it is how many
	// were answered, with an error perhaps, or in part: QueriedPartition says how far a
	// query came.
	Applied int64
}

// counts are what a node counts.
type counts struct {
	received, applied [commandCount]atomic.Int64
	closed            atomic.Int64 // connections
}

func (c *counts) of(commands []Command) (sum Count) {
	for _, command := range commands {
		if !command.isValid() {
			panic(fmt.Sprintf("emulator: Count of %v: there is no such command", command))
		}
		sum.Received += c.received[command].Load()
		sum.Applied += c.applied[command].Load()
	}
	return sum
}
