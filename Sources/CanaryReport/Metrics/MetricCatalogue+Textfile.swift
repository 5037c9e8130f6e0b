/// What `haldane check --textfile` writes for the node exporter.
extension MetricCatalogue {
    static let checkState = MetricFamily(
        "haldane_check_state",
        .gauge,
        "The verdict of the whole check: 0 healthy, 1 undecided, 2 degraded, 3 unknown."
    )
    static let checkTime = MetricFamily(
        "haldane_check_timestamp_seconds",
        .gauge,
        unit: "seconds",
        "When the check was done, in seconds since 1970."
    )
    static let checkServices = MetricFamily(
        "haldane_check_services",
        .gauge,
        labels: ["state"],
        "Services by verdict."
    )
    static let checkSamples = MetricFamily(
        "haldane_check_samples",
        .gauge,
        "Samples that were read for the check."
    )
    static let serviceState = MetricFamily(
        "haldane_check_service_state",
        .gauge,
        labels: service(),
        "The verdict of a service: 0 healthy, 1 undecided, 2 degraded, 3 unknown."
    )
    static let serviceEvidence = MetricFamily(
        "haldane_check_service_evidence_ratio",
        .gauge,
        unit: "ratio",
        labels: service(),
        "Evidence of harm over what it takes to be called degraded."
    )
    static let serviceRequests = MetricFamily(
        "haldane_check_service_requests",
        .gauge,
        labels: service("side"),
        "Requests that the verdict rests on."
    )
    static let serviceErrors = MetricFamily(
        "haldane_check_service_error_ratio",
        .gauge,
        unit: "ratio",
        labels: service("side"),
        "Failed requests over all requests."
    )
    static let serviceLatency = MetricFamily(
        "haldane_check_service_latency_p99_seconds",
        .gauge,
        unit: "seconds",
        labels: service("side"),
        "The upper bound of the bucket in which the 99th percentile of latency lies."
    )
    static let serviceReadUntil = MetricFamily(
        "haldane_check_service_read_until_seconds",
        .gauge,
        unit: "seconds",
        labels: service(),
        "Until when the service's telemetry was read, in seconds since 1970."
    )

    /// All of them, in order.
    package static let textfile: [MetricFamily] =
        [checkState, checkTime, checkServices, checkSamples, serviceState, serviceEvidence]
        + [serviceRequests, serviceErrors, serviceLatency, serviceReadUntil]

    private static func service(_ labels: String...) -> [String] { ["comparison", "namespace", "service"] + labels }
}
