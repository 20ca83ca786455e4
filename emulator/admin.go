package emulator

import (
	"sync"

	"github.com/aerostore/aerostore"
)

// sessions are the logins of users.
type sessions struct {
	mu     sync.Mutex
	tokens map[string]string
}

// mustLogIn reports whether the client has to log in first.
func (c *conn) mustLogIn() bool { return c.node.cluster.config.users != nil && c.user == "" }

const adminHeader = 16

// admin answers a command about users, such as a login.
func (c *conn) admin(body []byte) error {
	return c.answerAdmin(aerostore.CodeSecurityNotEnabled)
}

func (c *conn) answerAdmin(code aerostore.ResultCode) error {
	start := len(c.out)
	c.out = appendFrame(c.out, frameAdmin)
	c.out = append(c.out, make([]byte, adminHeader)...)
	c.out[start+frameHeader+1] = byte(code) //nolint:gosec // G115: codes of the server have a byte
	endFrame(c.out, start)
	return nil
}
