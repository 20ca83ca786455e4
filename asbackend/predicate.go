package asbackend

import (
	"strings"

	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
	"github.com/aerostore/aerostore/cdt"
	"github.com/aerostore/aerostore/internal/safe"
)

// statement returns the query in the client's form. If it names its index, statement
// first makes sure that the index answers it: a server would not compare its type and
// set. The index is then sent by its definition, and by its name only if it is over an
// expression. The name of a [as.Statement] is not counted among what the client sends, so
// that a server reads something else.
func (r *request) statement(q *aerostore.Query) (*as.Statement, error) {
	statement := as.NewStatement(q.Namespace, q.Set, q.Bins...)
	if q.Where.Kind() == aerostore.PredicateNone {
		return statement, nil
	}
	bin, path := q.Where.Bin(), q.Where.Path()
	if q.Where.IndexName() != "" {
		index, err := r.namedIndex(q)
		if err != nil {
			return nil, err
		}
		switch {
		case bin != "":
		case isOverExpression(index):
			if statement.Filter, err = filterByName(q.Where); err != nil {
				return nil, r.call.NewError(aerostore.CodeUnsupportedFeature, err)
			}
			return statement, nil
		default:
			if bin, path, err = placeOf(index); err != nil {
				return nil, r.call.NewError(aerostore.CodeUnsupportedFeature, err)
			}
		}
	}
	if statement.Filter = filterOf(q.Where, bin, path); statement.Filter == nil {
		return nil, r.call.NewError(aerostore.CodeUnsupportedFeature, nil)
	}
	return statement, nil
}

// collectionOf returns what of a bin a condition is about.
func collectionOf(where aerostore.Predicate) as.IndexCollectionType {
	return [...]as.IndexCollectionType{
		aerostore.IndexDefault: as.ICT_DEFAULT, aerostore.IndexList: as.ICT_LIST,
		aerostore.IndexMapKeys: as.ICT_MAPKEYS, aerostore.IndexMapValues: as.ICT_MAPVALUES,
	}[where.Collection()]
}

// filterOf returns the condition at a place, nil for an unknown one.
func filterOf(where aerostore.Predicate, bin string, path []cdt.Step) *as.Filter {
	ctx, in := contexts(path), collectionOf(where)
	switch where.Kind() {
	case aerostore.PredicateStringEqual:
		return as.NewContainsFilter(bin, in, where.Text(), ctx...)
	case aerostore.PredicateBlobEqual:
		return as.NewContainsFilter(bin, in, where.Bytes(), ctx...)
	case aerostore.PredicateIntRange:
		begin, end := where.Bounds()
		return as.NewContainsRangeFilter(bin, in, begin, end, ctx...)
	case aerostore.PredicateWithin, aerostore.PredicateContaining:
		return as.NewGeoWithinRegionForCollectionFilter(bin, in, string(where.GeoJSON()), ctx...)
	default:
		return nil
	}
}

// repeats reports whether a server may return a record several times for a condition:
// for each of its elements of a list or map, if those have several values that match. A
// server leaves out the repetitions among a hundred entries of the index, and none if it
// resumes a query or the condition is about geography.
func repeats(where aerostore.Predicate) bool {
	if where.Collection() == aerostore.IndexDefault {
		return false
	}
	begin, end := where.Bounds()
	return where.IndexType() == aerostore.IndexGeo || where.Kind() == aerostore.PredicateIntRange && begin != end
}

// A seen has the digests of the records of a query that repeats.
type seen map[[20]byte]struct{}

// seenOf returns nil for a query of which a server returns each record once.
func seenOf(where aerostore.Predicate) seen {
	if !repeats(where) {
		return nil
	}
	return make(seen)
}

// again reports whether the record was seen, and notes that it is now.
func (s seen) again(key *as.Key) bool {
	if s == nil {
		return false
	}
	digest := [20]byte(key.Digest())
	if _, ok := s[digest]; ok {
		return true
	}
	s[digest] = struct{}{}
	return false
}

var (
	errNoSuchIndex error = safe.TextError("the cluster has no index of the name that the query wants")
	errOtherIndex  error = safe.TextError("the index that the query wants is over another set, bin, type, collection or path")
)

// namedIndex returns the fields of the index that the query names, or an error if it does
// not answer the query.
func (r *request) namedIndex(q *aerostore.Query) (map[string]string, error) {
	nodes := r.store.client.GetNodes()
	if len(nodes) == 0 {
		return nil, r.call.NewError(aerostore.CodeInvalidNode, nil)
	}
	timeout := r.store.infoPolicy().Timeout
	if isShorter(r.call.Options.Timeout, timeout) {
		timeout = r.call.Options.Timeout
	}
	answer, code, cause := r.store.info(r.ctx, nodes[0], timeout, "sindex-list:ns="+q.Namespace+";b64=true")
	if code == aerostore.CodeOK && cause != nil {
		return nil, r.call.NewContextError(cause)
	}
	if code == aerostore.CodeOK {
		code, cause = refusal(answer)
	}
	if code != aerostore.CodeOK {
		return nil, r.call.NewError(code, cause)
	}
	for listed := range strings.SplitSeq(answer, ";") {
		if fields := indexFields(listed); fields["indexname"] == q.Where.IndexName() {
			if answers(fields, q) {
				return fields, nil
			}
			return nil, r.call.NewError(aerostore.CodeIndexNotFound, errOtherIndex)
		}
	}
	return nil, r.call.NewError(aerostore.CodeIndexNotFound, errNoSuchIndex)
}

// indexFields returns the fields of an index that a server lists.
func indexFields(listed string) map[string]string {
	fields := make(map[string]string)
	for field := range strings.SplitSeq(listed, ":") {
		name, text, _ := strings.Cut(field, "=")
		fields[name] = text
	}
	return fields
}

// answers reports whether an index that a server lists answers the query.
func answers(fields map[string]string, q *aerostore.Query) bool {
	path, kind := none, fields["type"]
	if len(q.Where.Path()) > 0 {
		path = contextText(q.Where.Path())
	}
	if kind == "integer" {
		kind = "numeric"
	}
	if fields["set"] != q.Set && fields["set"] != none || kind != indexTypes[q.Where.IndexType()] ||
		fields["indextype"] != indexCollections[q.Where.Collection()] {
		return false
	}
	return q.Where.Bin() == "" ||
		!isOverExpression(fields) && fields["bin"] == q.Where.Bin() && fields["context"] == path
}

// none is how a server lists what an index does not have.
const none = "null"

// isOverExpression reports whether an index that a server lists is over an expression.
// Servers before 8.1 do not list the field.
func isOverExpression(fields map[string]string) bool {
	return fields["exp"] != "" && fields["exp"] != none
}

// placeOf returns the bin and the path of an index that a server lists.
func placeOf(fields map[string]string) (bin string, path []cdt.Step, err error) {
	if fields["context"] != "" && fields["context"] != none {
		path, err = aerostore.DecodePath(fields["context"])
	}
	return fields["bin"], path, err
}
