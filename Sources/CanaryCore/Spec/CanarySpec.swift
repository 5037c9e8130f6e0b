package import CanaryTelemetry

/// Everything a run needs to know about one canary: the `spec` of a `haldane.dev/v1` Canary object.
///
/// Values are validated when they are decoded; a `CanarySpec` in hand is usable. Defaults are those of the design, section 5.
package struct CanarySpec: Sendable, Hashable, Codable {
    package var name: String
    package var namespace: String
    package var route: RouteSpec
    package var telemetry: TelemetrySpec
    package var objectives: Objectives
    /// Canary weights in percent, ascending, each above 0 and at most 100.
    package var steps: [Double]
    package var pace: Pace
    package var guards: Guards
    package var notify: [NotifyTarget]

    package init(
        name: String,
        namespace: String = "default",
        route: RouteSpec,
        telemetry: TelemetrySpec,
        objectives: Objectives = Objectives(),
        steps: [Double] = [5, 10, 25, 50, 100],
        pace: Pace = Pace(),
        guards: Guards = Guards(),
        notify: [NotifyTarget] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.route = route
        self.telemetry = telemetry
        self.objectives = objectives
        self.steps = steps
        self.pace = pace
        self.guards = guards
        self.notify = notify
    }
}

/// The rule whose weights are rewritten, and which of its destinations are compared.
package struct RouteSpec: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable {
        case virtualService
        case httpRoute
        case grpcRoute

        /// As Kubernetes writes it: `VirtualService`.
        package var word: String {
            switch self {
            case .virtualService: "VirtualService"
            case .httpRoute: "HTTPRoute"
            case .grpcRoute: "GRPCRoute"
            }
        }
    }

    /// Which list of a VirtualService's rules is meant.
    package enum RuleList: String, Sendable, Hashable, Codable, CaseIterable {
        case http
        case tls
        case tcp
    }

    /// What a user takes knowingly, so that a run is not refused for it.
    package enum Acceptance: String, Sendable, Hashable, Codable, CaseIterable {
        /// Other routes send to the same host, and their callers do not obey this rule's weights.
        case otherRoutes
        /// The rule holds at gateways only; callers inside the mesh reach both versions through the Service.
        case gatewayOnly
        /// Sticky sessions or unequal traffic policies of the two versions.
        case trafficPolicy
        /// A mirror sends copies to one of the versions.
        case mirror
        /// A GitOps tool applies the object and may undo the weights.
        case gitOps
    }

    package var kind: Kind
    /// The object's name.
    package var object: String
    /// The file that holds the document; nil for a route in a cluster.
    package var file: String?
    /// Which rule; nil if the object has only one candidate.
    package var rule: RuleSelector?
    /// Which list the rule is in; nil if the object has rules in one list only. VirtualServices alone have several.
    package var ruleList: RuleList?
    /// Commit each write of the file to the Git work tree it is in.
    package var commits: Bool
    /// Where Git declares the route, for a route in a cluster; nil if nowhere.
    package var settle: SettleSpec?
    /// Dangers that the user has accepted.
    package var accept: Set<Acceptance>
    /// The two destinations; which of them is stable is decided by the weights found at the start of a run.
    package var stable: DestinationSpec
    package var canary: DestinationSpec

    package init(
        kind: Kind = .virtualService,
        object: String,
        file: String? = nil,
        rule: RuleSelector? = nil,
        ruleList: RuleList? = nil,
        commits: Bool = false,
        settle: SettleSpec? = nil,
        accept: Set<Acceptance> = [],
        stable: DestinationSpec,
        canary: DestinationSpec
    ) {
        self.kind = kind
        self.object = object
        self.file = file
        self.rule = rule
        self.ruleList = ruleList
        self.commits = commits
        self.settle = settle
        self.accept = accept
        self.stable = stable
        self.canary = canary
    }
}

/// How a rule of a route is named.
package enum RuleSelector: Sendable, Hashable, Codable {
    case name(String)
    /// Position in the list of rules, from 0.
    case index(Int)
}

/// One of the two versions: as a destination of the rule and as a cohort of the telemetry.
package struct DestinationSpec: Sendable, Hashable, Codable {
    /// The destination's host; nil accepts any host with the subset.
    package var host: String?
    package var subset: String?
    /// The workload (Deployment) that serves it; nil derives the cohort from the revision or the subset.
    package var workload: String?
    package var revision: String?

    package init(host: String? = nil, subset: String? = nil, workload: String? = nil, revision: String? = nil) {
        self.host = host
        self.subset = subset
        self.workload = workload
        self.revision = revision
    }

    /// The name people read: the subset, else the workload, else the host.
    package var label: String { subset ?? workload ?? revision ?? host ?? "?" }
}

/// Where telemetry comes from and which part of it is compared.
package struct TelemetrySpec: Sendable, Hashable, Codable {
    package enum Comparability: String, Sendable, Hashable, Codable {
        /// Refuse if stable is also reached outside of the chosen rule's match.
        case prove
        /// The user vouches for it; every verdict repeats that.
        case assume
    }

    /// URLs of expositions to scrape; empty if the pods are found by the API.
    package var targets: [String]
    /// How pods are found and reached; nil if the targets are listed.
    package var pods: PodScrape?
    /// The server to ask in place of scraping; nil scrapes.
    package var prometheus: PrometheusSpec?
    package var security: ScrapeSecurity
    package var reporter: Reporter
    /// Extra labels that both sides must carry.
    package var match: [String: String]
    package var comparable: Comparability
    /// How long one scrape may take.
    package var timeout: Duration

    package init(
        targets: [String] = [],
        pods: PodScrape? = nil,
        prometheus: PrometheusSpec? = nil,
        security: ScrapeSecurity = ScrapeSecurity(),
        reporter: Reporter = .destination,
        match: [String: String] = [:],
        comparable: Comparability = .prove,
        timeout: Duration = .seconds(4)
    ) {
        self.targets = targets
        self.pods = pods
        self.prometheus = prometheus
        self.security = security
        self.reporter = reporter
        self.match = match
        self.comparable = comparable
        self.timeout = timeout
    }
}

/// Pods that are found by the Kubernetes API and scraped one by one.
///
/// With reporter `destination` they are the pods of both versions; with `source` the gateways that the route names, and with
/// `waypoint` the waypoint of the Service, unless `selector` names other ones, e.g. the callers inside the mesh.
package struct PodScrape: Sendable, Hashable, Codable {
    package enum Way: String, Sendable, Hashable, Codable, CaseIterable {
        /// To the pod's own address.
        case direct
        /// Through the API server (`pods/proxy`), for laptops outside of the cluster's network.
        case apiServer
    }

    /// 15020 is the agent's merged page, 15090 Envoy's own.
    package var port: Int
    package var path: String
    package var via: Way
    /// A label selector of the pods to scrape, with reporter `source` or `waypoint`.
    package var selector: String?
    /// Of those pods; nil is the spec's namespace.
    package var namespace: String?

    package init(
        port: Int = 15020,
        path: String = "/stats/prometheus",
        via: Way = .direct,
        selector: String? = nil,
        namespace: String? = nil
    ) {
        self.port = port
        self.path = path
        self.via = via
        self.selector = selector
        self.namespace = namespace
    }
}

/// How scrape targets are authenticated; every member is a path or a name, never a secret.
package struct ScrapeSecurity: Sendable, Hashable, Codable {
    package var certificateAuthorityFile: String?
    package var clientCertificateFile: String?
    package var clientKeyFile: String?
    /// Read before each request, so that a rotated token is used at once.
    package var tokenFile: String?
    package var skipsVerification: Bool

    package init(
        certificateAuthorityFile: String? = nil,
        clientCertificateFile: String? = nil,
        clientKeyFile: String? = nil,
        tokenFile: String? = nil,
        skipsVerification: Bool = false
    ) {
        self.certificateAuthorityFile = certificateAuthorityFile
        self.clientCertificateFile = clientCertificateFile
        self.clientKeyFile = clientKeyFile
        self.tokenFile = tokenFile
        self.skipsVerification = skipsVerification
    }
}

/// Who is told about decisions.
package struct NotifyTarget: Sendable, Hashable, Codable {
    /// What is worth telling.
    package enum Occasion: String, Sendable, Hashable, Codable, CaseIterable {
        /// Everything that a run notices, each step included.
        case all
        /// What went wrong, and how it ended.
        case problems
        /// How it ended, and nothing else.
        case end
    }

    /// A URL; may hold `${VAR}`, which is expanded only when it is used.
    package var webhook: String
    /// The form of the message: `haldane`, `slack`, `teams`, `alertmanager`, or the path of a template of one's own.
    package var template: String
    package var on: Occasion

    package init(webhook: String, template: String = "haldane", on: Occasion = .all) {
        self.webhook = webhook
        self.template = template
        self.on = on
    }

    /// Journals of before there were templates have the address alone.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        webhook = try container.decode(String.self, forKey: .webhook)
        template = try container.decodeIfPresent(String.self, forKey: .template) ?? "haldane"
        on = try container.decodeIfPresent(Occasion.self, forKey: .on) ?? .all
    }
}
