/// A server that speaks the Prometheus HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics.
package struct PrometheusSpec: Sendable, Hashable, Codable {
    /// The address in front of `/api/v1/…`, e.g. `http://prometheus.istio-system:9090`; may hold `${VAR}`.
    package var url: String
    /// Further request headers, e.g. `X-Scope-OrgID` for a tenant.
    package var headers: [String: String]
    /// Basic authentication, with `password` or `passwordFile`.
    package var username: String?
    /// Only ever `${VAR}`, so that no secret stands in a spec.
    package var password: String?
    package var passwordFile: String?
    /// A bearer token; only ever `${VAR}`. A token file is in `security`.
    package var token: String?
    package var security: ScrapeSecurity
    /// The label that tells pods apart; `instance` where targets are not pods.
    package var podLabel: String
    /// How far behind the present questions are asked, so that samples on their way are in.
    package var delay: Duration
    /// How long one question may take.
    package var timeout: Duration
    /// A folder of queries that replace or add to those in the binary.
    package var queries: String?

    package init(
        url: String,
        headers: [String: String] = [:],
        username: String? = nil,
        password: String? = nil,
        passwordFile: String? = nil,
        token: String? = nil,
        security: ScrapeSecurity = ScrapeSecurity(),
        podLabel: String = "pod",
        delay: Duration = .seconds(5),
        timeout: Duration = .seconds(30),
        queries: String? = nil
    ) {
        self.url = url
        self.headers = headers
        self.username = username
        self.password = password
        self.passwordFile = passwordFile
        self.token = token
        self.security = security
        self.podLabel = podLabel
        self.delay = delay
        self.timeout = timeout
        self.queries = queries
    }
}
