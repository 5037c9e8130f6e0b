package import CanaryCore
import CanaryTelemetry
import CanaryYAML

extension Takeover {
    /// What a snapshot may lead to beside the canary's own pods.
    ///
    /// Whoever may write ConfigMaps and Leases in a namespace writes snapshots: without trust they call no address of their own choice
    /// with this process's network and rights.
    package struct Trust: Sendable, Hashable {
        /// Profiles of telemetry, as written by whoever runs this process: a server is asked only if it is one of theirs.
        package var telemetry: [TelemetrySpec]
        /// Who may be told.
        package var notify: [NotifyTarget]
        /// Whether any telemetry is believed that can be reached from here: an operator has said so.
        package var isTelemetryTrusted: Bool

        package init(
            telemetry: [TelemetrySpec] = [],
            notify: [NotifyTarget] = [],
            isTelemetryTrusted: Bool = false
        ) {
            self.telemetry = telemetry
            self.notify = notify
            self.isTelemetryTrusted = isTelemetryTrusted
        }

        /// Why the spec's telemetry is not asked from here; nil if it is.
        func blindness(_ spec: CanarySpec, of canary: CanaryKey) -> Reason? {
            guard !isTelemetryTrusted else { return nil }
            func blind(_ text: String) -> Reason { Reason("telemetry-elsewhere", text) }
            let telemetry = spec.telemetry
            guard telemetry.timeout <= .seconds(30), spec.pace.interval >= .seconds(1),
                telemetry.match.count <= 8, spec.objectives.metrics.count <= 8,
                spec.objectives.metrics.allSatisfy({ Self.isPlain($0.query) })
            else { return blind("it asks more of its telemetry than a canary of the cluster may") }
            if let server = telemetry.prometheus {
                guard self.telemetry.contains(where: { $0.prometheus.map { $0.leads(like: server) } ?? false }) else {
                    return blind("its server is not one that this process was told to ask")
                }
                return nil
            }
            guard let pods = telemetry.pods, pods.via == .direct, !telemetry.security.skipsVerification,
                (pods.namespace ?? canary.namespace) == canary.namespace,
                telemetry.reporter == .destination || pods.selector != nil || pods.isUsualProxy,
                [spec.route.stable, spec.route.canary].allSatisfy({ Self.isHome($0.host, spec.route.kind, canary) })
            else { return blind("its telemetry is not that of pods in its own namespace") }
            return nil
        }

        private static func isHome(_ host: String?, _ kind: RouteSpec.Kind, _ canary: CanaryKey) -> Bool {
            // Where none is given they are those of the route, which is in the canary's namespace: whoever writes it could name them.
            guard let host else { return true }
            return ServiceHost(host, namespace: canary.namespace, kind: kind).service?.namespace == canary.namespace
        }

        /// Names of queries become names of files.
        private static func isPlain(_ name: String) -> Bool {
            name.utf8.count <= 100
                && name.unicodeScalars.allSatisfy {
                    $0.isASCII
                        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-" || $0 == "_")
                }
        }
    }
}

extension PodScrape {
    /// Whether it asks what every proxy answers: those of gateways are not the canary's own.
    fileprivate var isUsualProxy: Bool { [15020, 15090].contains(port) && path == "/stats/prometheus" }
}

extension PrometheusSpec {
    /// Whether it asks the same server with the same credentials, and reads the same files.
    fileprivate func leads(like other: PrometheusSpec) -> Bool {
        url == other.url && headers == other.headers && username == other.username && password == other.password
            && passwordFile == other.passwordFile && token == other.token && security == other.security
            && queries == other.queries
    }
}
