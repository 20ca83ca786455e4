package aerostore

import "strconv"

// A ResultCode says how an operation ended. A positive code is the server's
// answer; a negative one means that Aerospike's client failed without an answer.
// Numbers and names are those of Aerospike's clients.
//
// A ResultCode is an error, as syscall.Errno is, so that errors.Is matches it:
//
//	if errors.Is(err, aerostore.CodeKeyBusy) { … }
type ResultCode int

// The result codes of aerospike-client-go v7.10.2.
const (
	CodeGRPC                       ResultCode = -21  // GRPC_ERROR
	CodeBatchFailed                ResultCode = -20  // BATCH_FAILED
	CodeNoResponse                 ResultCode = -19  // NO_RESPONSE
	CodeNetwork                    ResultCode = -18  // NETWORK_ERROR
	CodeCommon                     ResultCode = -17  // COMMON_ERROR
	CodeMaxRetries                 ResultCode = -16  // MAX_RETRIES_EXCEEDED
	CodeMaxErrorRate               ResultCode = -15  // MAX_ERROR_RATE
	CodeRackNotDefined             ResultCode = -13  // RACK_NOT_DEFINED
	CodeInvalidPartitionMap        ResultCode = -12  // INVALID_CLUSTER_PARTITION_MAP
	CodeServerNotAvailable         ResultCode = -11  // SERVER_NOT_AVAILABLE
	CodeClusterNameMismatch        ResultCode = -10  // CLUSTER_NAME_MISMATCH_ERROR
	CodeRecordsetClosed            ResultCode = -9   // RECORDSET_CLOSED
	CodeNoConnections              ResultCode = -8   // NO_AVAILABLE_CONNECTIONS_TO_NODE
	CodeTypeNotSupported           ResultCode = -7   // TYPE_NOT_SUPPORTED
	CodeCommandRejected            ResultCode = -6   // COMMAND_REJECTED
	CodeQueryTerminated            ResultCode = -5   // QUERY_TERMINATED
	CodeScanTerminated             ResultCode = -4   // SCAN_TERMINATED
	CodeInvalidNode                ResultCode = -3   // INVALID_NODE_ERROR
	CodeParse                      ResultCode = -2   // PARSE_ERROR
	CodeSerialize                  ResultCode = -1   // SERIALIZE_ERROR
	CodeOK                         ResultCode = 0    // OK
	CodeServer                     ResultCode = 1    // SERVER_ERROR
	CodeNotFound                   ResultCode = 2    // KEY_NOT_FOUND_ERROR
	CodeGeneration                 ResultCode = 3    // GENERATION_ERROR
	CodeParameter                  ResultCode = 4    // PARAMETER_ERROR
	CodeExists                     ResultCode = 5    // KEY_EXISTS_ERROR
	CodeBinExists                  ResultCode = 6    // BIN_EXISTS_ERROR
	CodeClusterKeyMismatch         ResultCode = 7    // CLUSTER_KEY_MISMATCH
	CodeServerMemory               ResultCode = 8    // SERVER_MEM_ERROR
	CodeTimeout                    ResultCode = 9    // TIMEOUT
	CodeAlwaysForbidden            ResultCode = 10   // ALWAYS_FORBIDDEN
	CodePartitionUnavailable       ResultCode = 11   // PARTITION_UNAVAILABLE
	CodeBinType                    ResultCode = 12   // BIN_TYPE_ERROR
	CodeRecordTooBig               ResultCode = 13   // RECORD_TOO_BIG
	CodeKeyBusy                    ResultCode = 14   // KEY_BUSY
	CodeScanAbort                  ResultCode = 15   // SCAN_ABORT
	CodeUnsupportedFeature         ResultCode = 16   // UNSUPPORTED_FEATURE
	CodeBinNotFound                ResultCode = 17   // BIN_NOT_FOUND
	CodeDeviceOverload             ResultCode = 18   // DEVICE_OVERLOAD
	CodeKeyMismatch                ResultCode = 19   // KEY_MISMATCH
	CodeInvalidNamespace           ResultCode = 20   // INVALID_NAMESPACE
	CodeBinNameTooLong             ResultCode = 21   // BIN_NAME_TOO_LONG
	CodeForbidden                  ResultCode = 22   // FAIL_FORBIDDEN
	CodeElementNotFound            ResultCode = 23   // FAIL_ELEMENT_NOT_FOUND
	CodeElementExists              ResultCode = 24   // FAIL_ELEMENT_EXISTS
	CodeEnterpriseOnly             ResultCode = 25   // ENTERPRISE_ONLY
	CodeOpNotApplicable            ResultCode = 26   // OP_NOT_APPLICABLE
	CodeFilteredOut                ResultCode = 27   // FILTERED_OUT
	CodeLostConflict               ResultCode = 28   // LOST_CONFLICT
	CodeXDRKeyBusy                 ResultCode = 32   // XDR_KEY_BUSY
	CodeQueryEnd                   ResultCode = 50   // QUERY_END
	CodeSecurityNotSupported       ResultCode = 51   // SECURITY_NOT_SUPPORTED
	CodeSecurityNotEnabled         ResultCode = 52   // SECURITY_NOT_ENABLED
	CodeSecuritySchemeNotSupported ResultCode = 53   // SECURITY_SCHEME_NOT_SUPPORTED
	CodeInvalidCommand             ResultCode = 54   // INVALID_COMMAND
	CodeInvalidField               ResultCode = 55   // INVALID_FIELD
	CodeIllegalState               ResultCode = 56   // ILLEGAL_STATE
	CodeInvalidUser                ResultCode = 60   // INVALID_USER
	CodeUserExists                 ResultCode = 61   // USER_ALREADY_EXISTS
	CodeInvalidPassword            ResultCode = 62   // INVALID_PASSWORD
	CodeExpiredPassword            ResultCode = 63   // EXPIRED_PASSWORD
	CodeForbiddenPassword          ResultCode = 64   // FORBIDDEN_PASSWORD
	CodeInvalidCredential          ResultCode = 65   // INVALID_CREDENTIAL
	CodeExpiredSession             ResultCode = 66   // EXPIRED_SESSION
	CodeInvalidRole                ResultCode = 70   // INVALID_ROLE
	CodeRoleExists                 ResultCode = 71   // ROLE_ALREADY_EXISTS
	CodeInvalidPrivilege           ResultCode = 72   // INVALID_PRIVILEGE
	CodeInvalidWhitelist           ResultCode = 73   // INVALID_WHITELIST
	CodeQuotasNotEnabled           ResultCode = 74   // QUOTAS_NOT_ENABLED
	CodeInvalidQuota               ResultCode = 75   // INVALID_QUOTA
	CodeNotAuthenticated           ResultCode = 80   // NOT_AUTHENTICATED
	CodeRoleViolation              ResultCode = 81   // ROLE_VIOLATION
	CodeNotWhitelisted             ResultCode = 82   // NOT_WHITELISTED
	CodeQuotaExceeded              ResultCode = 83   // QUOTA_EXCEEDED
	CodeUDFBadResponse             ResultCode = 100  // UDF_BAD_RESPONSE
	CodeBatchDisabled              ResultCode = 150  // BATCH_DISABLED
	CodeBatchMaxRequests           ResultCode = 151  // BATCH_MAX_REQUESTS_EXCEEDED
	CodeBatchQueuesFull            ResultCode = 152  // BATCH_QUEUES_FULL
	CodeInvalidGeoJSON             ResultCode = 160  // GEO_INVALID_GEOJSON
	CodeIndexFound                 ResultCode = 200  // INDEX_FOUND
	CodeIndexNotFound              ResultCode = 201  // INDEX_NOTFOUND
	CodeIndexMemory                ResultCode = 202  // INDEX_OOM
	CodeIndexNotReadable           ResultCode = 203  // INDEX_NOTREADABLE
	CodeIndexGeneric               ResultCode = 204  // INDEX_GENERIC
	CodeIndexNameTooLong           ResultCode = 205  // INDEX_NAME_MAXLEN
	CodeIndexMaxCount              ResultCode = 206  // INDEX_MAXCOUNT
	CodeQueryAborted               ResultCode = 210  // QUERY_ABORTED
	CodeQueryQueueFull             ResultCode = 211  // QUERY_QUEUEFULL
	CodeQueryTimeout               ResultCode = 212  // QUERY_TIMEOUT
	CodeQueryGeneric               ResultCode = 213  // QUERY_GENERIC
	CodeQueryNetIO                 ResultCode = 214  // QUERY_NETIO_ERR
	CodeQueryDuplicate             ResultCode = 215  // QUERY_DUPLICATE
	CodeUDFNotFound                ResultCode = 1301 // AEROSPIKE_ERR_UDF_NOT_FOUND
)

// String returns the code's name as Aerospike's clients spell it, such as
// "KEY_NOT_FOUND_ERROR". It returns "RESULT_CODE_n" for a number without a name.
func (c ResultCode) String() string {
	if info, ok := codeTable[c]; ok {
		return info.name
	}
	return "RESULT_CODE_" + strconv.Itoa(int(c))
}

// Error returns the name, the number and the meaning of the code.
func (c ResultCode) Error() string { return string(c.appendTo(nil)) }

// SafeMessage returns what Error returns; see [Error.SafeMessage].
func (c ResultCode) SafeMessage() string { return c.Error() }

func (c ResultCode) appendTo(b []byte) []byte {
	b = append(append(b, c.String()...), " ("...)
	b = append(strconv.AppendInt(b, int64(c), 10), ')')
	if meaning := codeTable[c].meaning; meaning != "" {
		b = append(append(b, ": "...), meaning...)
	}
	return b
}

// FromServer reports whether the code is an answer of the server other than success.
func (c ResultCode) FromServer() bool { return c > 0 }

// IsTransient reports whether another attempt may succeed a moment later. Examples are a
// timeout, a broken connection, a busy record and an overloaded server. Whether a write
// may be repeated also depends on [InDoubt].
func (c ResultCode) IsTransient() bool { return codeTable[c].is&transient != 0 }

// IsClusterFailure reports whether the code means that the cluster, or the
// connection to it, does not work. A busy record and a quota are not failures of
// the cluster.
func (c ResultCode) IsClusterFailure() bool { return codeTable[c].is&clusterFailure != 0 }

// codeTable has the name and the meaning of each code. The meaning includes what to
// do if that is clear. docs/decisions/0010-retries.md says why a code is transient.
var codeTable = map[ResultCode]struct {
	name, meaning string
	is            codeClass
}{
	CodeGRPC:                       {"GRPC_ERROR", "the proxy connection failed", transient | clusterFailure},
	CodeBatchFailed:                {"BATCH_FAILED", "some keys of the batch failed: see each result", 0},
	CodeNoResponse:                 {"NO_RESPONSE", "the server did not answer for this key", transient | clusterFailure},
	CodeNetwork:                    {"NETWORK_ERROR", "the connection to the server broke", transient | clusterFailure},
	CodeCommon:                     {"COMMON_ERROR", "the client failed", 0},
	CodeMaxRetries:                 {"MAX_RETRIES_EXCEEDED", "every attempt failed", transient | clusterFailure},
	CodeMaxErrorRate:               {"MAX_ERROR_RATE", "the client stopped using the node because it failed too often: back off", transient | clusterFailure},
	CodeRackNotDefined:             {"RACK_NOT_DEFINED", "the rack is not defined for the namespace", 0},
	CodeInvalidPartitionMap:        {"INVALID_CLUSTER_PARTITION_MAP", "the cluster has no valid partition map: wait, or check its configuration", transient | clusterFailure},
	CodeServerNotAvailable:         {"SERVER_NOT_AVAILABLE", "the server does not accept requests", transient | clusterFailure},
	CodeClusterNameMismatch:        {"CLUSTER_NAME_MISMATCH_ERROR", "the cluster's name is not the one that the client was configured with", 0},
	CodeRecordsetClosed:            {"RECORDSET_CLOSED", "the query was closed", 0},
	CodeNoConnections:              {"NO_AVAILABLE_CONNECTIONS_TO_NODE", "no connection to the node was available: see whether the node is up, and whether all connections are in use", transient | clusterFailure},
	CodeTypeNotSupported:           {"TYPE_NOT_SUPPORTED", "the value has a type that the server does not know", 0},
	CodeCommandRejected:            {"COMMAND_REJECTED", "the server rejected the command", 0},
	CodeQueryTerminated:            {"QUERY_TERMINATED", "the query was stopped", 0},
	CodeScanTerminated:             {"SCAN_TERMINATED", "the scan was stopped", 0},
	CodeInvalidNode:                {"INVALID_NODE_ERROR", "no node of the cluster is active for this key: check hosts and cluster health", transient | clusterFailure},
	CodeParse:                      {"PARSE_ERROR", "the answer could not be parsed", 0},
	CodeSerialize:                  {"SERIALIZE_ERROR", "the request could not be encoded", 0},
	CodeOK:                         {"OK", "success", 0},
	CodeServer:                     {"SERVER_ERROR", "the server failed: its log says why", clusterFailure},
	CodeNotFound:                   {"KEY_NOT_FOUND_ERROR", "there is no such record", noRecord},
	CodeGeneration:                 {"GENERATION_ERROR", "the record was changed in between: read it again, then decide", 0},
	CodeParameter:                  {"PARAMETER_ERROR", "the server does not accept a parameter of the request", 0},
	CodeExists:                     {"KEY_EXISTS_ERROR", "the record exists already", 0},
	CodeBinExists:                  {"BIN_EXISTS_ERROR", "the bin exists already", 0},
	CodeClusterKeyMismatch:         {"CLUSTER_KEY_MISMATCH", "the cluster changed while the request ran: try again", transient | clusterFailure},
	CodeServerMemory:               {"SERVER_MEM_ERROR", "the server is out of memory or has stopped writes", transient | clusterFailure},
	CodeTimeout:                    {"TIMEOUT", "no answer came in time", transient | clusterFailure},
	CodeAlwaysForbidden:            {"ALWAYS_FORBIDDEN", "the server's configuration forbids the operation", 0},
	CodePartitionUnavailable:       {"PARTITION_UNAVAILABLE", "the record's partition is not available: try again in a moment", transient | clusterFailure},
	CodeBinType:                    {"BIN_TYPE_ERROR", "the bin holds a value of another type than the operation needs", 0},
	CodeRecordTooBig:               {"RECORD_TOO_BIG", "the record is larger than the server's max-record-size", 0},
	CodeKeyBusy:                    {"KEY_BUSY", "too many operations wait for this record: spread the load over more keys", transient},
	CodeScanAbort:                  {"SCAN_ABORT", "the server aborted the scan", 0},
	CodeUnsupportedFeature:         {"UNSUPPORTED_FEATURE", "the feature is not supported", 0},
	CodeBinNotFound:                {"BIN_NOT_FOUND", "the record has no such bin", 0},
	CodeDeviceOverload:             {"DEVICE_OVERLOAD", "the server's storage does not keep up: back off", transient | clusterFailure},
	CodeKeyMismatch:                {"KEY_MISMATCH", "another key is stored under this digest", 0},
	CodeInvalidNamespace:           {"INVALID_NAMESPACE", "the server has no such namespace: check the name, or add it to the server's configuration", 0},
	CodeBinNameTooLong:             {"BIN_NAME_TOO_LONG", "a bin name is longer than 15 bytes", 0},
	CodeForbidden:                  {"FAIL_FORBIDDEN", "the server forbids the operation at this time", 0},
	CodeElementNotFound:            {"FAIL_ELEMENT_NOT_FOUND", "the list or map has no such element", 0},
	CodeElementExists:              {"FAIL_ELEMENT_EXISTS", "the list or map has the element already", 0},
	CodeEnterpriseOnly:             {"ENTERPRISE_ONLY", "the feature needs Aerospike Enterprise Edition", 0},
	CodeOpNotApplicable:            {"OP_NOT_APPLICABLE", "the operation cannot be applied to the bin's value", 0},
	CodeFilteredOut:                {"FILTERED_OUT", "the filter excluded the record", noRecord},
	CodeLostConflict:               {"LOST_CONFLICT", "the write lost a conflict with cross-datacenter replication", 0},
	CodeXDRKeyBusy:                 {"XDR_KEY_BUSY", "the record waits for cross-datacenter replication", transient},
	CodeQueryEnd:                   {"QUERY_END", "the query has no more records", 0},
	CodeSecurityNotSupported:       {"SECURITY_NOT_SUPPORTED", "the server does not support security", 0},
	CodeSecurityNotEnabled:         {"SECURITY_NOT_ENABLED", "security is not enabled on the server", 0},
	CodeSecuritySchemeNotSupported: {"SECURITY_SCHEME_NOT_SUPPORTED", "the server does not support the security scheme", 0},
	CodeInvalidCommand:             {"INVALID_COMMAND", "the server does not accept the command", 0},
	CodeInvalidField:               {"INVALID_FIELD", "the server does not accept a field of the command", 0},
	CodeIllegalState:               {"ILLEGAL_STATE", "the security protocol was not followed", 0},
	CodeInvalidUser:                {"INVALID_USER", "the user name is not valid", 0},
	CodeUserExists:                 {"USER_ALREADY_EXISTS", "the user exists already", 0},
	CodeInvalidPassword:            {"INVALID_PASSWORD", "the password is not valid", 0},
	CodeExpiredPassword:            {"EXPIRED_PASSWORD", "the password has expired", 0},
	CodeForbiddenPassword:          {"FORBIDDEN_PASSWORD", "the password may not be used", 0},
	CodeInvalidCredential:          {"INVALID_CREDENTIAL", "the credential is not valid", 0},
	CodeExpiredSession:             {"EXPIRED_SESSION", "the login session has expired", 0},
	CodeInvalidRole:                {"INVALID_ROLE", "the role name is not valid", 0},
	CodeRoleExists:                 {"ROLE_ALREADY_EXISTS", "the role exists already", 0},
	CodeInvalidPrivilege:           {"INVALID_PRIVILEGE", "the privilege is not valid", 0},
	CodeInvalidWhitelist:           {"INVALID_WHITELIST", "the address list is not valid", 0},
	CodeQuotasNotEnabled:           {"QUOTAS_NOT_ENABLED", "quotas are not enabled on the server", 0},
	CodeInvalidQuota:               {"INVALID_QUOTA", "the quota is not valid", 0},
	CodeNotAuthenticated:           {"NOT_AUTHENTICATED", "the client has not logged in: set a user and password", 0},
	CodeRoleViolation:              {"ROLE_VIOLATION", "the user lacks the role that the operation needs", 0},
	CodeNotWhitelisted:             {"NOT_WHITELISTED", "the server does not accept this client's address", 0},
	CodeQuotaExceeded:              {"QUOTA_EXCEEDED", "the user's quota is used up: back off", 0},
	CodeUDFBadResponse:             {"UDF_BAD_RESPONSE", "the user-defined function failed", 0},
	CodeBatchDisabled:              {"BATCH_DISABLED", "batches are disabled on the server", 0},
	CodeBatchMaxRequests:           {"BATCH_MAX_REQUESTS_EXCEEDED", "the batch has more keys than the server allows: split it", 0},
	CodeBatchQueuesFull:            {"BATCH_QUEUES_FULL", "the server's batch queues are full: back off", transient | clusterFailure},
	CodeInvalidGeoJSON:             {"GEO_INVALID_GEOJSON", "the GeoJSON is not valid", 0},
	CodeIndexFound:                 {"INDEX_FOUND", "another index has this name", 0},
	CodeIndexNotFound:              {"INDEX_NOTFOUND", "there is no secondary index for this bin and type: create one", 0},
	CodeIndexMemory:                {"INDEX_OOM", "the secondary index is out of memory", 0},
	CodeIndexNotReadable:           {"INDEX_NOTREADABLE", "the secondary index is still being built: try again later", 0},
	CodeIndexGeneric:               {"INDEX_GENERIC", "the secondary index failed", 0},
	CodeIndexNameTooLong:           {"INDEX_NAME_MAXLEN", "the index name is too long", 0},
	CodeIndexMaxCount:              {"INDEX_MAXCOUNT", "the server allows no more secondary indexes", 0},
	CodeQueryAborted:               {"QUERY_ABORTED", "the server aborted the query", 0},
	CodeQueryQueueFull:             {"QUERY_QUEUEFULL", "the server runs too many queries: back off", transient | clusterFailure},
	CodeQueryTimeout:               {"QUERY_TIMEOUT", "the query took longer than the server allows", clusterFailure},
	CodeQueryGeneric:               {"QUERY_GENERIC", "the query failed", 0},
	CodeQueryNetIO:                 {"QUERY_NETIO_ERR", "the server could not send the query's records", transient | clusterFailure},
	CodeQueryDuplicate:             {"QUERY_DUPLICATE", "a query with this id runs already", 0},
	CodeUDFNotFound:                {"AEROSPIKE_ERR_UDF_NOT_FOUND", "there is no such user-defined function", 0},
}

// A codeClass is what programs need to know of a code.
type codeClass uint8

const (
	transient codeClass = 1 << iota
	clusterFailure
	noRecord
)
