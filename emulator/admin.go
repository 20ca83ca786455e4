package emulator

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"

	"github.com/aerostore/aerostore"
)

// The commands about users that the emulator knows, and their fields.
const (
	adminAuthenticate = 0
	adminLogin        = 20

	adminUser         = 0
	adminCredential   = 3
	adminSessionToken = 5
	adminSessionTTL   = 6
)

// adminHeader is the size of the header: the code is at 1, the command at 2 and the number
// of fields at 3.
const adminHeader = 16

// mustLogIn reports whether the client has to log in first.
func (c *conn) mustLogIn() bool { return c.node.cluster.config.users != nil && c.user == "" }

// admin answers a command about users, such as a login.
func (c *conn) admin(body []byte) error {
	if len(body) < adminHeader {
		return fmt.Errorf("%w: a command about users of %d bytes", errFrame, len(body))
	}
	command := body[2]
	fields, err := adminFields(body[3], body[adminHeader:])
	if err != nil {
		return err
	}
	c.node.counts.applied[Login].Add(1)
	cl := c.node.cluster
	if cl.config.users == nil {
		return c.answerAdmin(aerostore.CodeSecurityNotSupported)
	}
	user := string(fields[adminUser])
	switch command {
	case adminLogin:
		if code := cl.logins.check(cl.config.users, user, string(fields[adminCredential])); code != aerostore.CodeOK {
			return c.answerAdmin(code)
		}
		c.user = user
		const day = 24 * 60 * 60
		return c.answerAdmin(aerostore.CodeOK,
			adminField{adminSessionToken, cl.logins.token(user)},
			adminField{adminSessionTTL, binary.BigEndian.AppendUint32(nil, day)})
	case adminAuthenticate:
		code := aerostore.CodeOK
		if token := fields[adminSessionToken]; token == nil {
			code = cl.logins.check(cl.config.users, user, string(fields[adminCredential]))
		} else if !hmac.Equal(token, cl.logins.token(user)) {
			code = aerostore.CodeExpiredSession
		}
		if code == aerostore.CodeOK {
			c.user = user
		}
		return c.answerAdmin(code)
	default:
		c.log().Warn("emulator: refusing a command about users", slog.Int("command", int(command)))
		return c.answerAdmin(aerostore.CodeSecurityNotSupported)
	}
}

// adminFields parses the fields of a command about users.
func adminFields(n byte, b []byte) (map[byte][]byte, error) {
	fields := make(map[byte][]byte, n)
	for range n {
		part, rest, err := takePart(b, 1)
		if err != nil {
			return nil, err
		}
		fields[part[0]] = part[1:]
		b = rest
	}
	return fields, nil
}

// An adminField is a field of an answer.
type adminField struct {
	kind byte
	data []byte
}

func (c *conn) answerAdmin(code aerostore.ResultCode, fields ...adminField) error {
	start := len(c.out)
	c.out = appendFrame(c.out, frameAdmin)
	c.out = append(c.out, 0, byte(code), 0, byte(len(fields))) //nolint:gosec // G115: codes of the server have a byte
	c.out = append(c.out, make([]byte, adminHeader-4)...)
	for _, f := range fields {
		c.out = appendField(c.out, fieldType(f.kind), f.data)
	}
	endFrame(c.out, start)
	return nil
}

// logins checks passwords, and makes the tokens of sessions, which do not expire.
type logins struct {
	secret [32]byte

	mu    sync.Mutex
	known map[string]string // credentials that were checked, by user
}

func newLogins() *logins {
	l := &logins{known: make(map[string]string)}
	_, _ = rand.Read(l.secret[:]) // does not fail
	return l
}

// credentialSalt begins the hash of a password that clients send.
const credentialSalt = "$2a$10$7EqJtq98hPqEX7fNZaFWoO" //nolint:gosec // G101: all clients have it

// check returns CodeOK if the credential is that of the user.
func (l *logins) check(users map[string]string, user, credential string) aerostore.ResultCode {
	password, ok := users[user]
	if !ok {
		return aerostore.CodeInvalidUser
	}
	// A bcrypt with another salt could take hours.
	if !strings.HasPrefix(credential, credentialSalt) {
		return aerostore.CodeInvalidCredential
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[user] == credential {
		return aerostore.CodeOK
	}
	if bcrypt.CompareHashAndPassword([]byte(credential), []byte(password)) != nil {
		return aerostore.CodeInvalidPassword
	}
	l.known[user] = credential
	return aerostore.CodeOK
}

// token returns the token of a session of the user.
func (l *logins) token(user string) []byte {
	h := hmac.New(sha256.New, l.secret[:])
	_, _ = h.Write([]byte(user)) // does not fail
	return h.Sum(nil)
}
