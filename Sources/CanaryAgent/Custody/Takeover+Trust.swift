package import CanaryCore
import CanaryTelemetry
package import CanaryYAML

extension Takeover {
    /// What a snapshot may lead to beside the canary's own pods.
    ///
    /// Whoever may write ConfigMaps and Leases in a namespace writes snapshots: without trust they call no address of their own choice
    /// with this process's network and rights. The rules are those of Canary objects (design, section 10).
    package struct Trust: Sendable, Hashable {
        /// Telemetry as whoever runs this process has written it down, in profiles and presets: with files and targets it is asked only
        /// if it is one of these.
        package var telemetry: [TelemetrySpec]
        /// Who may be told.
        package var notify: [NotifyTarget]
        /// Whether pods may be scraped through the API server, with this process's right to that.
        package var allowsPodsProxy: Bool
        /// The other namespaces to which canaries of this one may refer.
        package var grants: Set<String>
        /// Rounds are not shorter.
        package var leastInterval: Duration
        /// Whether any telemetry is believed that can be reached from here: an operator has said so.
        package var isTelemetryTrusted: Bool

        package init(
            telemetry: [TelemetrySpec] = [],
            notify: [NotifyTarget] = [],
            allowsPodsProxy: Bool = false,
            grants: Set<String> = [],
            leastInterval: Duration = .seconds(1),
            isTelemetryTrusted: Bool = false
        ) {
            self.telemetry = telemetry
            self.notify = notify
            self.allowsPodsProxy = allowsPodsProxy
            self.grants = grants
            self.leastInterval = leastInterval
            self.isTelemetryTrusted = isTelemetryTrusted
        }

        /// What the cluster's policy lets the canaries of a namespace do; nothing of their own choice without one.
        package init(_ policy: PolicyDocument?, for namespace: String) {
            let endpoints = policy?.endpoints
            self.init(
                telemetry: endpoints?.telemetry ?? [],
                notify: endpoints?.notify ?? [],
                allowsPodsProxy: policy?.allowsPodsProxy ?? false,
                grants: policy?.grants(from: namespace) ?? [],
                leastInterval: min(.seconds(1), endpoints?.interval ?? .seconds(1))
            )
        }

        /// The namespaces in which pods of the two versions may be looked at; nil is any. Hosts that a spec leaves out are those of the
        /// route, which says so only when it is read.
        func homes(of canary: CanaryKey) -> Set<String>? {
            isTelemetryTrusted ? nil : grants.union([canary.namespace])
        }

        /// Why the spec's telemetry is not asked from here; nil if it is.
        func blindness(_ spec: CanarySpec, of canary: CanaryKey) -> Reason? {
            let telemetry = spec.telemetry
            guard !isTelemetryTrusted else { return telemetry.distance }
            func blind(_ text: String) -> Reason { Reason("telemetry-elsewhere", text) }
            guard telemetry.timeout <= .seconds(30), spec.pace.interval >= leastInterval,
                telemetry.match.count <= 8, spec.objectives.metrics.count <= 8,
                spec.objectives.metrics.allSatisfy({ Self.isPlain($0.query) })
            else {
                return blind(
                    "it asks more of its telemetry than a canary of the cluster may (rounds of "
                        + "\(Phrase.duration(leastInterval.inSeconds)) or more, 30 s for an answer, 8 metrics, 8 labels)"
                )
            }
            let homes = grants.union([canary.namespace])
            let destinations = [spec.route.stable, spec.route.canary]
            guard destinations.allSatisfy({ Self.isHome($0.host, spec.route.kind, canary, homes) }) else {
                return blind("its destinations are not in its own namespace, nor in one that was granted")
            }
            // Their files are those of this machine.
            if self.telemetry.contains(where: { $0.leads(like: telemetry) }) { return nil }
            if let reason = telemetry.distance { return reason }
            guard telemetry.prometheus == nil else {
                return blind("its server is not one that this process was told to ask")
            }
            guard let pods = telemetry.pods, pods.via == .direct || allowsPodsProxy,
                !telemetry.security.skipsVerification,
                homes.contains(pods.namespace ?? canary.namespace),
                telemetry.reporter == .destination || pods.selector != nil || pods.isUsualProxy
            else { return blind("its telemetry is not that of pods in its own namespace") }
            return nil
        }

        private static func isHome(
            _ host: String?,
            _ kind: RouteSpec.Kind,
            _ canary: CanaryKey,
            _ homes: Set<String>
        ) -> Bool {
            guard let host else { return true }
            let service = ServiceHost(host, namespace: canary.namespace, kind: kind).service
            return service.map { homes.contains($0.namespace) } ?? false
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

extension TelemetrySpec {
    /// Whether it asks the same servers, targets or pods with the same credentials, and reads the same files, all of which can be found
    /// from here.
    fileprivate func leads(like other: TelemetrySpec) -> Bool {
        guard isWhole else { return false }
        guard let prometheus else {
            return other.prometheus == nil && targets == other.targets && pods == other.pods
                && security == other.security && reporter == other.reporter
        }
        return other.prometheus.map { prometheus.leads(like: $0) } ?? false
    }

    /// Without variables, which nobody expands here, and without files that are told from a folder that is not known here.
    private var isWhole: Bool {
        var texts = targets
        var files = security.files
        if let server = prometheus {
            texts += server.texts
            files += server.security.files + [server.passwordFile, server.queries].compactMap { $0 }
        }
        return !(texts + files).contains { $0.contains("${") } && files.allSatisfy { $0.hasPrefix("/") }
    }

    /// Why it cannot be reached by another process than the one it was written for; nil if it can.
    fileprivate var distance: Reason? {
        func blind(_ text: String) -> Reason { Reason("telemetry-elsewhere", text) }
        guard targets.isEmpty else {
            return blind("its targets are addresses that may mean something else here")
        }
        guard security.files.isEmpty else { return blind("its telemetry needs files of the machine it ran on") }
        if let server = prometheus {
            guard server.security.files.isEmpty, server.passwordFile == nil, server.queries == nil,
                !server.texts.contains(where: { $0.contains("${") })
            else { return blind("its server needs files or variables of the machine it ran on") }
            return nil
        }
        return pods == nil ? blind("it has no telemetry") : nil
    }
}

extension ScrapeSecurity {
    fileprivate var files: [String] {
        [certificateAuthorityFile, clientCertificateFile, clientKeyFile, tokenFile].compactMap { $0 }
    }
}

extension PrometheusSpec {
    /// Whether it asks the same server with the same credentials, and reads the same files.
    fileprivate func leads(like other: PrometheusSpec) -> Bool {
        url == other.url && headers == other.headers && username == other.username && password == other.password
            && passwordFile == other.passwordFile && token == other.token && security == other.security
            && queries == other.queries
    }

    fileprivate var texts: [String] { [url, username, password, token].compactMap { $0 } + headers.values }
}
