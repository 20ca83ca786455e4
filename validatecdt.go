package aerostore

import (
	"fmt"

	"github.com/aerostore/aerostore/cdt"
	value "github.com/aerostore/aerostore/internal/value"
)

// checkCDT returns why no server could carry the operation out, or why it must not be
// sent, or nil.
func checkCDT(bin string, op *cdt.Op) *invalidError {
	if err := checkBinName(bin); err != nil {
		return err
	}
	if err := op.Check(); err != nil {
		return invalidf("bin %q, %s: %w", bin, op.Kind, err)
	}
	if reason := checkArguments(op); reason != "" {
		return invalidf("bin %q, %s: %s", bin, op.Kind, reason)
	}
	return nil
}

// checkArguments returns why the values of the operation cannot be sent, or "".
func checkArguments(op *cdt.Op) string {
	for _, step := range op.Path {
		if reason := checkSelector(step.Selector()); reason != "" {
			return "a step of the path: " + reason
		}
	}
	levels := len(op.Path) + 1 // of lists and maps around an element
	switch op.Kind {
	case cdt.ListGet, cdt.ListRemove, cdt.MapGet, cdt.MapRemove:
		return checkSelector(op.Select)
	case cdt.ListAppend, cdt.ListInsert:
		if op.Values != nil {
			return checkEach(op.Values, levels)
		}
		return value.CheckWithin(op.Value, levels)
	case cdt.ListSet:
		return value.CheckWithin(op.Value, levels)
	case cdt.ListIncrement:
		return checkDelta(op.Value)
	case cdt.MapPut, cdt.MapAdd, cdt.MapReplace:
		if reason := value.CheckKey(op.Key); reason != "" {
			return reason
		}
		return value.CheckWithin(op.Value, levels)
	case cdt.MapIncrement, cdt.MapDecrement:
		if reason := value.CheckKey(op.Key); reason != "" {
			return reason
		}
		return checkDelta(op.Value)
	case cdt.MapPutAll, cdt.MapAddAll, cdt.MapReplaceAll:
		return checkEntries(op.Values, levels-1)
	case cdt.BitInsert, cdt.BitSet, cdt.BitOr, cdt.BitXor, cdt.BitAnd:
		return checkType[[]byte](op.Value)
	case cdt.BitAdd, cdt.BitSubtract, cdt.BitSetInt:
		return checkType[int](op.Value)
	case cdt.BitLScan, cdt.BitRScan:
		return checkType[bool](op.Value)
	case cdt.HLLAdd:
		if _, ok := op.Values.(*value.List); ok { // of the wire, where infinity is an element like others
			return ""
		}
		return checkEach(op.Values, 0)
	case cdt.HLLSetUnion, cdt.HLLGetUnion, cdt.HLLGetUnionCount, cdt.HLLGetIntersectCount, cdt.HLLGetSimilarity:
		return checkHLLs(op.Values)
	default:
		return ""
	}
}

// checkSelector checks the values that a selector copied. It kept those that cannot be
// sent.
func checkSelector(s *cdt.Selector) string {
	if s.Values() != nil {
		for _, v := range s.Values() {
			if reason := value.CheckArgument(v); reason != "" {
				return reason
			}
		}
		return ""
	}
	if reason := value.CheckArgument(s.Value()); reason != "" {
		return reason
	}
	to, _ := s.To()
	return value.CheckArgument(to)
}

func checkEach(values any, levels int) string {
	list, ok := values.([]any)
	if !ok {
		return fmt.Sprintf("the values are a %T, not a list", values)
	}
	for _, v := range list {
		if reason := value.CheckWithin(v, levels); reason != "" {
			return reason
		}
	}
	return ""
}

func checkHLLs(values any) string {
	list, ok := values.([]any)
	if !ok {
		return fmt.Sprintf("the values are a %T, not a list of HLL", values)
	}
	for _, v := range list {
		if reason := checkType[HLL](v); reason != "" {
			return reason
		}
	}
	return ""
}

// checkDelta takes nil, which stands for 1.
func checkDelta(delta any) string {
	switch delta.(type) {
	case nil, int, float64:
		return ""
	default:
		return fmt.Sprintf("a value of type %T cannot be added: use an integer or a float64", delta)
	}
}

func checkEntries(entries any, levels int) string {
	switch entries.(type) {
	case map[any]any, []MapPair:
		return value.CheckWithin(entries, levels)
	}
	if reason := value.CheckWithin(entries, levels); reason != "" {
		return reason
	}
	return fmt.Sprintf("entries of type %T cannot be put: use a map or a []MapPair", entries)
}

func checkType[T any](v any) string {
	want, ok := v.(T)
	if ok {
		return ""
	}
	return fmt.Sprintf("the value is a %T, want a %T", v, want)
}
