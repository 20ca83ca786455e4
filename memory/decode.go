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
	switch v := n.value.(type) {
	case json.Number:
		return decodeNumber(n, v.String())
	case []node:
		list := make([]any, len(v))
		for i, element := range v {
			var err error
			if list[i], err = decodeValue(element); err != nil {
				return nil, err
			}
		}
		return list, nil
	case []member:
		if tag, content, ok := n.tagged(); ok {
			return decodeTagged(n, tag, content)
		}
		return decodeMap(n)
	default:
		return v, nil
	}
}

func decodeNumber(n node, text string) (any, error) {
	if strings.ContainsAny(text, floatMarks) {
		return decodeFloat(n, text)
	}
	i, err := strconv.Atoi(text)
	if err != nil {
		return nil, n.errorf("an integer does not fit into 64 bits")
	}
	return i, nil
}

func decodeFloat(n node, text string) (any, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, n.errorf("a number is beyond those of a float64")
	}
	return f, nil
}

// tagged returns the tag and what it is of, if the node is an object with
// nothing else.
func (n node) tagged() (tag string, content node, ok bool) {
	members, _ := n.value.([]member)
	if len(members) != 1 || !strings.HasPrefix(members[0].name, tagMark) {
		return "", node{}, false
	}
	return members[0].name, members[0].node, true
}

func decodeTagged(n node, tag string, content node) (any, error) {
	text, isText := content.value.(string)
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
		if number, ok := content.value.(json.Number); ok {
			return decodeFloat(n, number.String())
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
	case tagMap:
		return decodePairs(n, content)
	default:
		return nil, n.errorf("a name that begins with %s is no tag for a value: a map with such a key needs %s", tagMark, tagMap)
	}
}

func decodeGeo(n, content node) (any, error) {
	if tag, _, ok := content.tagged(); ok && tag == tagString || !isObject(content) {
		text, err := decodeString(content)
		if err != nil {
			return nil, n.errorf("%s is neither of an object nor of a string", tagGeo)
		}
		return aerostore.GeoJSON(text), nil
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, content.raw) // which was parsed before
	return aerostore.GeoJSON(compact.String()), nil
}

func isObject(n node) bool {
	_, ok := n.value.([]member)
	return ok
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

// decodeMap returns the map that an object is.
func decodeMap(n node) (any, error) {
	members, _ := n.value.([]member)
	m := make(map[any]any, len(members))
	for _, member := range members {
		if strings.HasPrefix(member.name, tagMark) {
			return nil, member.errorf("%s beside other names: such a map needs %s", tagMark, tagMap)
		}
		if err := addTo(m, member.name, member.node); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// decodePairs returns the map that a list of pairs is.
func decodePairs(n, content node) (any, error) {
	pairs, ok := content.value.([]node)
	if !ok {
		return nil, n.errorf("%s is not of a list", tagMap)
	}
	m := make(map[any]any, len(pairs))
	for _, p := range pairs {
		kv, _ := p.value.([]node)
		if len(kv) != 2 {
			return nil, p.errorf("%s has something other than a list of a key and a value", tagMap)
		}
		key, err := decodeValue(kv[0])
		if err != nil {
			return nil, err
		}
		switch key.(type) {
		case string, int:
		default:
			return nil, p.errorf("the key of a map is neither a string nor an integer")
		}
		if err := addTo(m, key, kv[1]); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func addTo(m map[any]any, key any, n node) error {
	if _, twice := m[key]; twice {
		return n.errorf("a map or the bins have one key twice")
	}
	v, err := decodeValue(n)
	m[key] = v
	return err
}

// decodeID returns the id that appendID wrote.
func decodeID(n node) (id, error) {
	if tag, content, ok := n.tagged(); ok && tag == tagDigest {
		text, _ := content.value.(string)
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
