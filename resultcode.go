package aerostore

import "strconv"

// A ResultCode says how an operation ended: the number that the server
// answered, or a negative one where Aerospike's client failed before it had an
// answer. The numbers and names are those that Aerospike's clients share.
//
// A ResultCode is an error, as a syscall.Errno is, so that each one can be the
// target of errors.Is: errors.Is(err, aerostore.CodeKeyBusy).
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

// String returns the code's name as Aerospike's clients spell it
// ("KEY_NOT_FOUND_ERROR"), "RESULT_CODE_n" for a number without a name.
func (c ResultCode) String() string {
	if t, ok := codeTexts[c]; ok {
		return t.name
	}
	return "RESULT_CODE_" + strconv.Itoa(int(c))
}

// Error returns name, number and what the code means for the caller.
func (c ResultCode) Error() string { return string(c.appendTo(nil)) }

// SafeMessage is Error, as an [Error]'s SafeMessage has it.
func (c ResultCode) SafeMessage() string { return c.Error() }

func (c ResultCode) appendTo(b []byte) []byte {
	t, known := codeTexts[c]
	if !known {
		t.name = c.String()
	}
	b = append(append(b, t.name...), " ("...)
	b = append(strconv.AppendInt(b, int64(c), 10), ')')
	if t.meaning != "" {
		b = append(append(b, ": "...), t.meaning...)
	}
	return b
}

// FromServer reports whether the code is a server's answer: it is neither
// success nor one of the client's own, which are negative.
func (c ResultCode) FromServer() bool { return c > 0 }

// codeTexts holds, for each code, the name and what it means, ending in what
// to do where that is plain.
var codeTexts = map[ResultCode]struct{ name, meaning string }{
	CodeGRPC:                       {"GRPC_ERROR", "the proxy connection failed"},
	CodeBatchFailed:                {"BATCH_FAILED", "keys of the batch failed: look at each result"},
	CodeNoResponse:                 {"NO_RESPONSE", "the server did not answer for this key"},
	CodeNetwork:                    {"NETWORK_ERROR", "the connection to the server broke"},
	CodeCommon:                     {"COMMON_ERROR", "the client failed"},
	CodeMaxRetries:                 {"MAX_RETRIES_EXCEEDED", "every attempt failed"},
	CodeMaxErrorRate:               {"MAX_ERROR_RATE", "the node failed too often and is left alone for a while: back off"},
	CodeRackNotDefined:             {"RACK_NOT_DEFINED", "the rack is not defined for the namespace"},
	CodeInvalidPartitionMap:        {"INVALID_CLUSTER_PARTITION_MAP", "the cluster has no valid partition map: wait, or look at its configuration"},
	CodeServerNotAvailable:         {"SERVER_NOT_AVAILABLE", "the server does not accept requests"},
	CodeClusterNameMismatch:        {"CLUSTER_NAME_MISMATCH_ERROR", "the cluster has another name than the client was given"},
	CodeRecordsetClosed:            {"RECORDSET_CLOSED", "the query was closed"},
	CodeNoConnections:              {"NO_AVAILABLE_CONNECTIONS_TO_NODE", "there was no connection to the node: it takes none, or all are in use (then raise the pool's size, or lower the concurrency)"},
	CodeTypeNotSupported:           {"TYPE_NOT_SUPPORTED", "the value has a type that the server does not know"},
	CodeCommandRejected:            {"COMMAND_REJECTED", "the server rejected the command"},
	CodeQueryTerminated:            {"QUERY_TERMINATED", "the query was stopped"},
	CodeScanTerminated:             {"SCAN_TERMINATED", "the scan was stopped"},
	CodeInvalidNode:                {"INVALID_NODE_ERROR", "no node of the cluster is active for this key: check hosts and cluster health"},
	CodeParse:                      {"PARSE_ERROR", "the answer could not be parsed"},
	CodeSerialize:                  {"SERIALIZE_ERROR", "the request could not be encoded"},
	CodeOK:                         {"OK", "success"},
	CodeServer:                     {"SERVER_ERROR", "the server failed: its log says why"},
	CodeNotFound:                   {"KEY_NOT_FOUND_ERROR", "there is no such record"},
	CodeGeneration:                 {"GENERATION_ERROR", "the record was changed in between: read it again and decide anew"},
	CodeParameter:                  {"PARAMETER_ERROR", "the server does not accept a parameter of the request"},
	CodeExists:                     {"KEY_EXISTS_ERROR", "the record exists already"},
	CodeBinExists:                  {"BIN_EXISTS_ERROR", "the bin exists already"},
	CodeClusterKeyMismatch:         {"CLUSTER_KEY_MISMATCH", "the cluster changed while the request ran: try again"},
	CodeServerMemory:               {"SERVER_MEM_ERROR", "the server is out of memory or stopped writes"},
	CodeTimeout:                    {"TIMEOUT", "no answer came in time"},
	CodeAlwaysForbidden:            {"ALWAYS_FORBIDDEN", "the server's configuration forbids the operation"},
	CodePartitionUnavailable:       {"PARTITION_UNAVAILABLE", "the record's partition is not available: try again in a moment"},
	CodeBinType:                    {"BIN_TYPE_ERROR", "the bin holds a value of another type than the operation needs"},
	CodeRecordTooBig:               {"RECORD_TOO_BIG", "the record is larger than the server's max-record-size"},
	CodeKeyBusy:                    {"KEY_BUSY", "too many operations wait for this record: spread the load over more keys"},
	CodeScanAbort:                  {"SCAN_ABORT", "the server aborted the scan"},
	CodeUnsupportedFeature:         {"UNSUPPORTED_FEATURE", "the server does not support the feature"},
	CodeBinNotFound:                {"BIN_NOT_FOUND", "the record has no such bin"},
	CodeDeviceOverload:             {"DEVICE_OVERLOAD", "the server's storage does not keep up: back off"},
	CodeKeyMismatch:                {"KEY_MISMATCH", "another key is stored under this digest"},
	CodeInvalidNamespace:           {"INVALID_NAMESPACE", "the server has no such namespace: namespaces are made in its configuration"},
	CodeBinNameTooLong:             {"BIN_NAME_TOO_LONG", "a bin name is longer than 15 bytes"},
	CodeForbidden:                  {"FAIL_FORBIDDEN", "the server forbids the operation at this time"},
	CodeElementNotFound:            {"FAIL_ELEMENT_NOT_FOUND", "the list or map has no such element"},
	CodeElementExists:              {"FAIL_ELEMENT_EXISTS", "the list or map has the element already"},
	CodeEnterpriseOnly:             {"ENTERPRISE_ONLY", "the feature needs Aerospike Enterprise Edition"},
	CodeOpNotApplicable:            {"OP_NOT_APPLICABLE", "the operation cannot be applied to the bin's value"},
	CodeFilteredOut:                {"FILTERED_OUT", "the filter left the record out"},
	CodeLostConflict:               {"LOST_CONFLICT", "the write lost a conflict with cross-datacenter replication"},
	CodeXDRKeyBusy:                 {"XDR_KEY_BUSY", "the record waits for cross-datacenter replication"},
	CodeQueryEnd:                   {"QUERY_END", "the query has no more records"},
	CodeSecurityNotSupported:       {"SECURITY_NOT_SUPPORTED", "the server does not support security"},
	CodeSecurityNotEnabled:         {"SECURITY_NOT_ENABLED", "security is not enabled on the server"},
	CodeSecuritySchemeNotSupported: {"SECURITY_SCHEME_NOT_SUPPORTED", "the server does not support the security scheme"},
	CodeInvalidCommand:             {"INVALID_COMMAND", "the server does not accept the command"},
	CodeInvalidField:               {"INVALID_FIELD", "the server does not accept a field of the command"},
	CodeIllegalState:               {"ILLEGAL_STATE", "the security protocol was not followed"},
	CodeInvalidUser:                {"INVALID_USER", "the user name is not valid"},
	CodeUserExists:                 {"USER_ALREADY_EXISTS", "the user exists already"},
	CodeInvalidPassword:            {"INVALID_PASSWORD", "the password is not valid"},
	CodeExpiredPassword:            {"EXPIRED_PASSWORD", "the password has expired"},
	CodeForbiddenPassword:          {"FORBIDDEN_PASSWORD", "the password may not be used"},
	CodeInvalidCredential:          {"INVALID_CREDENTIAL", "the credential is not valid"},
	CodeExpiredSession:             {"EXPIRED_SESSION", "the login session has expired"},
	CodeInvalidRole:                {"INVALID_ROLE", "the role name is not valid"},
	CodeRoleExists:                 {"ROLE_ALREADY_EXISTS", "the role exists already"},
	CodeInvalidPrivilege:           {"INVALID_PRIVILEGE", "the privilege is not valid"},
	CodeInvalidWhitelist:           {"INVALID_WHITELIST", "the address list is not valid"},
	CodeQuotasNotEnabled:           {"QUOTAS_NOT_ENABLED", "quotas are not enabled on the server"},
	CodeInvalidQuota:               {"INVALID_QUOTA", "the quota is not valid"},
	CodeNotAuthenticated:           {"NOT_AUTHENTICATED", "the client has not logged in: give a user and password"},
	CodeRoleViolation:              {"ROLE_VIOLATION", "the user lacks the role that the operation needs"},
	CodeNotWhitelisted:             {"NOT_WHITELISTED", "the server does not accept this client's address"},
	CodeQuotaExceeded:              {"QUOTA_EXCEEDED", "the user's quota is used up: back off"},
	CodeUDFBadResponse:             {"UDF_BAD_RESPONSE", "the user-defined function failed"},
	CodeBatchDisabled:              {"BATCH_DISABLED", "batches are disabled on the server"},
	CodeBatchMaxRequests:           {"BATCH_MAX_REQUESTS_EXCEEDED", "the batch has more keys than the server allows: split it"},
	CodeBatchQueuesFull:            {"BATCH_QUEUES_FULL", "the server's batch queues are full: back off"},
	CodeInvalidGeoJSON:             {"GEO_INVALID_GEOJSON", "the GeoJSON is not valid"},
	CodeIndexFound:                 {"INDEX_FOUND", "another index has this name"},
	CodeIndexNotFound:              {"INDEX_NOTFOUND", "there is no secondary index for this bin and type: create one"},
	CodeIndexMemory:                {"INDEX_OOM", "the secondary index is out of memory"},
	CodeIndexNotReadable:           {"INDEX_NOTREADABLE", "the secondary index is still being built: try again later"},
	CodeIndexGeneric:               {"INDEX_GENERIC", "the secondary index failed"},
	CodeIndexNameTooLong:           {"INDEX_NAME_MAXLEN", "the index name is too long"},
	CodeIndexMaxCount:              {"INDEX_MAXCOUNT", "there are as many secondary indexes as the server allows"},
	CodeQueryAborted:               {"QUERY_ABORTED", "the server aborted the query"},
	CodeQueryQueueFull:             {"QUERY_QUEUEFULL", "the server runs as many queries as it allows: back off"},
	CodeQueryTimeout:               {"QUERY_TIMEOUT", "the query took longer than the server allows"},
	CodeQueryGeneric:               {"QUERY_GENERIC", "the query failed"},
	CodeQueryNetIO:                 {"QUERY_NETIO_ERR", "the server could not send the query's records"},
	CodeQueryDuplicate:             {"QUERY_DUPLICATE", "a query with this id runs already"},
	CodeUDFNotFound:                {"AEROSPIKE_ERR_UDF_NOT_FOUND", "there is no such user-defined function"},
}
