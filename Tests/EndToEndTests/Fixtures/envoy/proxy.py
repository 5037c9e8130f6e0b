"""What an Istio sidecar is told, for an Envoy that stands alone: its bootstrap and its routes, as JSON values."""
import base64

NAMESPACE = "test1"
SERVICE = "demo4"
HOST = f"{SERVICE}.{NAMESPACE}.svc.cluster.local"
ROUTES = "80"
TYPES = "type.googleapis.com/envoy"

# Envoy drops the name of a stat namespace when it prints, and a loaded Wasm module registers one: with it the counters
# come out under their Istio names. These bytes are a module that exports a memory, an allocator that returns nothing
# and the marker of the ABI's version, and does no work.
NO_WORK = bytes.fromhex(
    "0061736d01000000"  # magic, version 1
    "010902600000" "60017f017f"  # types: () -> (), (i32) -> i32
    "0304030000" "01"  # three functions: initialise, marker, allocate
    "0503010001"  # one memory of at least a page
    "073b04"  # four exports
    "066d656d6f7279" "0200"
    "0b5f696e697469616c697a65" "0000"
    "1770726f78795f6162695f76657273696f6e5f305f325f31" "0001"
    "066d616c6c6f63" "0002"
    "0a0c03" "02000b" "02000b" "0400" "41000b"
)


def cluster_name(version):
    return f"outbound|80|{version}|{HOST}"


def routes(weights):
    """The route configuration for weights by version; a weight of 0 gets nothing."""
    split = [{"name": cluster_name(version), "weight": weight} for version, weight in weights.items()]
    rule = {"match": {"prefix": "/"}, "route": {"weighted_clusters": {"clusters": split}, "timeout": "5s"}}
    table = {
        "@type": f"{TYPES}.config.route.v3.RouteConfiguration",
        "name": ROUTES,
        "virtual_hosts": [{"name": SERVICE, "domains": ["*"], "routes": [rule]}],
    }
    return {"resources": [table]}


def bootstrap(ports, routes_file, routes_folder):
    """A bootstrap with one outbound listener; `ports` are the upstreams' by version, Envoy chooses its own."""
    manager = {
        "@type": f"{TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "outbound",
        "rds": {
            "route_config_name": ROUTES,
            "config_source": {
                "resource_api_version": "V3",
                "path_config_source": {"path": routes_file, "watched_directory": {"path": routes_folder}},
            },
        },
        "access_log": [istio_statistics()],
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{TYPES}.extensions.filters.http.router.v3.Router"},
            }
        ],
    }
    listener = {
        "name": "outbound",
        "address": loopback(0),
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    return {
        "node": {"id": "caller", "cluster": "caller"},
        "admin": {"address": loopback(0)},
        "stats_flush_interval": "1s",
        "bootstrap_extensions": [stat_namespace()],
        "static_resources": {
            "listeners": [listener],
            "clusters": [cluster(version, port) for version, port in ports.items()],
        },
    }


def loopback(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(version, port):
    return {
        "name": cluster_name(version),
        "type": "STATIC",
        "connect_timeout": "2s",
        "metadata": {
            "filter_metadata": {"istio": {"workload": f"{SERVICE}-deployment-{version}", "version": version}}
        },
        "load_assignment": {
            "cluster_name": cluster_name(version),
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": loopback(port)}}]}],
        },
    }


def stat_namespace():
    machine = {
        "vm_id": "names",
        "runtime": "envoy.wasm.runtime.v8",
        "code": {"local": {"inline_bytes": encoded(NO_WORK)}},
    }
    return {
        "name": "envoy.bootstrap.wasm",
        "typed_config": {
            "@type": f"{TYPES}.extensions.wasm.v3.WasmService",
            "singleton": True,
            "config": {"name": "names", "vm_config": machine, "failure_policy": "FAIL_OPEN"},
        },
    }


def encoded(data):
    return base64.b64encode(data).decode()


def istio_statistics():
    """The access logger that counts requests and durations as Istio's stats filter does, seen from the caller."""
    labels = {
        "reporter": "source",
        "source_workload": "caller",
        "source_workload_namespace": NAMESPACE,
        "destination_workload": "%CLUSTER_METADATA(istio:workload)%",
        "destination_workload_namespace": NAMESPACE,
        "destination_version": "%CLUSTER_METADATA(istio:version)%",
        "destination_canonical_service": SERVICE,
        "destination_canonical_revision": "%CLUSTER_METADATA(istio:version)%",
        "destination_service": HOST,
        "destination_service_name": SERVICE,
        "destination_service_namespace": NAMESPACE,
        "request_protocol": "http",
        "response_code": "%RESPONSE_CODE%",
        "grpc_response_status": "%GRPC_STATUS_NUMBER%",
        "response_flags": "%RESPONSE_FLAGS%",
        "connection_security_policy": "unknown",
    }
    tags = [{"name": name, "value_format": value} for name, value in labels.items()]
    return {
        "name": "envoy.access_loggers.stats",
        "typed_config": {
            "@type": f"{TYPES}.extensions.access_loggers.stats.v3.Config",
            "stats_scope": {"prefix": "wasmcustom"},
            "counters": [{"stat": {"name": "istio_requests_total", "tags": tags}, "value_fixed": 1}],
            "histograms": [
                {
                    "stat": {"name": "istio_request_duration_milliseconds", "tags": tags},
                    "unit": "Milliseconds",
                    "value_format": "%DURATION%",
                }
            ],
        },
    }
