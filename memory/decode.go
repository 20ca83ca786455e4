package memory

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/aerostore/aerostore"
)

// decodeValue returns the value that appendValue wrote.
func decodeValue(n node) (any, error) {
	switch n.kind {
	case '0':
		return decodeNumber(n)
	case '"':
		return n.str(), nil
	case '[':
		list := make([]any, n.n)
		for i, element := range n.members() {
			var err error
			if list[i], err = decodeValue(element.node); err != nil {
				return nil, err
			}
		}
		return list, nil
	case '{':
		if tag, content, ok := n.tagged(); ok && tag != tagMap {
			return decodeTagged(n, tag, content)
		}
		return decodeMap(n)
	case 'n':
		return nil, nil //nolint:nilnil // null is a value
	default:
		return n.kind == 't', nil
	}
}

func decodeNumber(n node) (any, error) {
	if bytes.ContainsAny(n.raw(), floatMarks) {
		return decodeFloat(n, n)
	}
	i, err := strconv.Atoi(string(n.raw()))
	if err != nil {
		return nil, n.errorf("an integer does not fit into 64 bits")
	}
	return i, nil
}

func decodeFloat(n, number node) (any, error) {
	f, err := strconv.ParseFloat(string(number.raw()), 64)
	if err != nil {
		return nil, n.errorf("a number is beyond those of a float64")
	}
	return f, nil
}

// tagged returns the tag and what it is of, if the node is an object with
// nothing else.
func (n node) tagged() (tag string, content node, ok bool) {
	if n.kind != '{' || n.n != 1 {
		return "", node{}, false
	}
	only := n.members()[0]
	return only.name, only.node, strings.HasPrefix(only.name, tagMark)
}

func decodeTagged(n node, tag string, content node) (any, error) {
	text, isText := "", content.kind == '"'
	if isText {
		text = content.str()
	}
	switch tag {
	case tagBytes:
		if data, err := base64.StdEncoding.DecodeString(text); isText && err == nil {
			return data, nil
		}
		return nil, n.errorf("%s is not of base64", tag)
	case tagString:
		if data, err := base64.StdEncoding.DecodeString(text); isText && err == nil {
			return string(data), nil
		}
		return nil, n.errorf("%s is not of base64", tag)
	case tagFloat:
		if content.kind == '0' {
			return decodeFloat(n, content)
		}
		switch text {
		case "NaN":
			return math.NaN(), nil
		case "+Inf":
			return math.Inf(1), nil
		case "-Inf":
			return math.Inf(-1), nil
		}
		return nil, n.errorf(`%s is neither of a number nor of "NaN", "+Inf" or "-Inf"`, tag)
	case tagGeo:
		return decodeGeo(n, content)
	default:
		return nil, n.errorf("a name that begins with %s is no tag for a value: a map with such a key needs %s", tagMark, tagMap)
	}
}

func decodeGeo(n, content node) (any, error) {
	if tag, _, ok := content.tagged(); ok && tag == tagString || content.kind != '{' {
		text, err := decodeString(content)
		if err != nil {
			return nil, n.errorf("%s is neither of an object nor of a string", tagGeo)
		}
		return aerostore.GeoJSON(text), nil
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, content.raw()) // which was parsed before
	return aerostore.GeoJSON(compact.String()), nil
}

var errNoString = errors.New("not a string")

// decodeString returns a string that appendText wrote.
func decodeString(n node) (string, error) {
	v, err := decodeValue(n)
	if err != nil {
		return "", err
	}
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", errNoString
}

// decodeMap returns the map that an object is, or a list of pairs.
func decodeMap(n node) (any, error) {
	m := make(map[any]any, n.n)
	add := func(key any, value node) error {
		if _, twice := m[key]; twice {
			return value.errorf("a map or the bins have one key twice")
		}
		v, err := decodeValue(value)
		m[key] = v
		return err
	}
	var err error
	if _, pairs, tagged := n.tagged(); tagged {
		err = decodePairs(n, pairs, add)
	} else {
		err = decodeMembers(n, func(name string, value node) error { return add(name, value) })
	}
	return m, err
}

// decodeMembers calls f with the members of an object that is a map.
func decodeMembers(n node, f func(name string, value node) error) error {
	for _, m := range n.members() {
		if strings.HasPrefix(m.name, tagMark) {
			return m.errorf("%s beside other names: such a map needs %s", tagMark, tagMap)
		}
		if err := f(m.name, m.node); err != nil {
			return err
		}
	}
	return nil
}

// decodePairs calls f with the keys and values of a list of pairs. Keys are
// strings and integers.
func decodePairs(n, content node, f func(key any, value node) error) error {
	if content.kind != '[' {
		return n.errorf("%s is not of a list", tagMap)
	}
	for _, p := range content.members() {
		if p.kind != '[' || p.n != 2 {
			return p.errorf("%s has something other than a list of a key and a value", tagMap)
		}
		kv := p.members()
		key, err := decodeValue(kv[0].node)
		if err != nil {
			return err
		}
		switch key.(type) {
		case string, int:
		default:
			return p.errorf("the key of a map is neither a string nor an integer")
		}
		if err := f(key, kv[1].node); err != nil {
			return err
		}
	}
	return nil
}

// decodeID returns the id that appendID wrote.
func decodeID(n node) (id, error) {
	if tag, content, ok := n.tagged(); ok && tag == tagDigest {
		text := ""
		if content.kind == '"' {
			text = content.str()
		}
		digest, err := hex.DecodeString(text)
		if err != nil || len(digest) != 20 {
			return id{}, n.errorf("%s is not of 40 hexadecimal digits", tag)
		}
		return id{kind: idDigest, text: string(digest)}, nil
	}
	v, err := decodeValue(n)
	if err != nil {
		return id{}, err
	}
	x, ok := idOfValue(v)
	if !ok {
		return id{}, n.errorf("a key is neither a string nor an integer nor bytes")
	}
	return x, nil
}
