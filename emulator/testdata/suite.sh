#!/usr/bin/env bash
# Runs the tests that come with aerospike-client-go against a new emulator, and prints what
# passed, failed and was skipped by area. It needs Go and the module proxy:
#
#	emulator/testdata/suite.sh [version] [flags of ginkgo]
#	emulator/testdata/suite.sh v8.8.0
#	emulator/testdata/suite.sh v7.10.2 --ginkgo.focus='Query operations'
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:-v7.10.2}
shift || true
module=github.com/aerospike/aerospike-client-go/${version%%.*}
dir=$(mktemp -d)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator"; rm -rf "$dir"' EXIT

go build -o "$dir/aeroemu" ./cmd/aeroemu
source=$(cd "$dir" && go mod download -json "$module@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
cp -r "$source" "$dir/client" # the module cache is read-only, and tests write files
chmod -R u+w "$dir/client"

"$dir/aeroemu" -port 0 >"$dir/out" 2>"$dir/log" &
emulator=$!
until port=$(sed -n 's/.*emulated at 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/out") && [ -n "$port" ]; do
	kill -0 "$emulator"
	sleep 0.1
done

cd "$dir/client"
go test -c -o "$dir/suite" . # not run by go test, which has a flag -p of its own
"$dir/suite" -test.run='^TestAerospike$' -test.timeout=30m -h=127.0.0.1 -p="$port" \
	--ginkgo.no-color --ginkgo.json-report="$dir/report.json" "$@" >"$dir/tests" || true
sed -n '/^Summarizing/,$p; /^Ran /p' "$dir/tests"
cat >"$dir/areas.go" <<'EOF'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

func main() {
	var suites []struct {
		SpecReports []struct {
			ContainerHierarchyTexts []string
			LeafNodeType, State     string
		}
	}
	if err := json.NewDecoder(os.Stdin).Decode(&suites); err != nil {
		panic(err)
	}
	counts := map[string]map[string]int{}
	for _, suite := range suites {
		for _, spec := range suite.SpecReports {
			if spec.LeafNodeType != "It" {
				continue
			}
			area := spec.ContainerHierarchyTexts[0]
			if counts[area] == nil {
				counts[area] = map[string]int{}
			}
			counts[area][spec.State]++
		}
	}
	areas := make([]string, 0, len(counts))
	for area := range counts {
		areas = append(areas, area)
	}
	slices.Sort(areas)
	for _, area := range areas {
		fmt.Printf("%-50s %4d passed %4d failed %4d skipped\n", area,
			counts[area]["passed"], counts[area]["failed"]+counts[area]["panicked"]+counts[area]["timedout"], counts[area]["skipped"])
	}
}
EOF
go run "$dir/areas.go" <"$dir/report.json"
