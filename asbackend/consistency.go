package asbackend

import (
	as "github.com/aerospike/aerospike-client-go/v7"

	"github.com/aerostore/aerostore"
)

// hasBaseOptions reports whether an option is set that is a field of the client's policy
// for all commands, other than a timeout.
func hasBaseOptions(o *aerostore.Options) bool {
	return o.Filter != (aerostore.Filter{}) || o.Replica != aerostore.ReplicaDefault ||
		o.ReadMode != aerostore.ReadModeDefault || o.ReadTouch != aerostore.ReadTouchDefault || compresses && o.Compress
}

// setBaseOptions sets the fields for which there is an option, other than the timeouts.
func setBaseOptions(p *as.BasePolicy, o *aerostore.Options) {
	if o.Filter != (aerostore.Filter{}) {
		p.FilterExpression = expressionOf(o.Filter)
	}
	if o.Replica != aerostore.ReplicaDefault {
		p.ReplicaPolicy = replicas[o.Replica]
	}
	setReadOptions(o, &p.ReadModeAP, &p.ReadModeSC, &p.ReadTouchTTLPercent)
	p.UseCompression = p.UseCompression || compresses && o.Compress
}

// setReadOptions sets the fields that the client's policies for reads have in common.
func setReadOptions(o *aerostore.Options, ap *as.ReadModeAP, sc *as.ReadModeSC, touch *int32) {
	switch o.ReadMode {
	case aerostore.ReadModeDefault:
	case aerostore.ReadModeOne:
		*ap = as.ReadModeAPOne
	case aerostore.ReadModeAll:
		*ap = as.ReadModeAPAll
	case aerostore.ReadModeSession:
		*sc = as.ReadModeSCSession
	case aerostore.ReadModeLinearize:
		*sc = as.ReadModeSCLinearize
	case aerostore.ReadModeAllowReplica:
		*sc = as.ReadModeSCAllowReplica
	case aerostore.ReadModeAllowUnavailable:
		*sc = as.ReadModeSCAllowUnavailable
	}
	if o.ReadTouch != aerostore.ReadTouchDefault {
		*touch = int32(o.ReadTouch)
	}
}

// setCommitLevel sets the field for which there is an option.
func setCommitLevel(level *as.CommitLevel, o *aerostore.Options) {
	switch o.CommitLevel {
	case aerostore.CommitAll:
		*level = as.COMMIT_ALL
	case aerostore.CommitMaster:
		*level = as.COMMIT_MASTER
	}
}

var replicas = [...]as.ReplicaPolicy{
	aerostore.ReplicaMaster:       as.MASTER,
	aerostore.ReplicaMasterProles: as.MASTER_PROLES,
	aerostore.ReplicaRandom:       as.RANDOM,
	aerostore.ReplicaSequence:     as.SEQUENCE,
	aerostore.ReplicaPreferRack:   as.PREFER_RACK,
}
