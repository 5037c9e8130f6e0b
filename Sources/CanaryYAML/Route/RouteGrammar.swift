import CanaryCore

/// How one list of rules of one kind of route is written, and what its weights mean.
struct RouteGrammar: Sendable, Hashable {
    let kind: RouteSpec.Kind
    /// Which of a VirtualService's lists; nil for the other kinds, which have only one.
    let list: RouteSpec.RuleList?

    init(_ kind: RouteSpec.Kind, list: RouteSpec.RuleList? = nil) {
        self.kind = kind
        self.list = kind == .virtualService ? list ?? .http : nil
    }

    var isVirtualService: Bool { kind == .virtualService }

    /// The key of the list of rules, in `spec`.
    var rulesKey: String { list?.rawValue ?? "rules" }
    /// The key of a rule's list of destinations.
    var entriesKey: String { isVirtualService ? "route" : "backendRefs" }
    /// The key of a rule's conditions.
    var matchKey: String { isVirtualService ? "match" : "matches" }

    /// The weight of an entry that names none and stands beside another: 0 for Istio, 1 for the Gateway API.
    var absentWeight: Int { isVirtualService ? 0 : 1 }
    /// The greatest weight that the API takes.
    var weightLimit: Int { isVirtualService ? Int(Int32.max) : 1_000_000 }

    /// Whether rules are tried in the order of the list. The Gateway API orders them by how specific they are.
    var isOrdered: Bool { isVirtualService }

    /// `rule 0`, `tcp rule 0`.
    var ruleWord: String {
        switch list {
        case .tcp, .tls: "\(rulesKey) rule"
        case .http, nil: "rule"
        }
    }

    /// Whether two weights can be written.
    func allows(_ weights: RouteWeights) -> Bool {
        weights.stable >= 0 && weights.canary >= 0 && weights.stable <= weightLimit && weights.canary <= weightLimit
            && weights.sum > 0 && weights.sum <= Int(Int32.max)
    }

    /// The API versions whose fields are these, newest first.
    static func versions(of kind: RouteSpec.Kind) -> [String] {
        switch kind {
        case .virtualService: ["v1", "v1beta1", "v1alpha3"].map { "networking.istio.io/\($0)" }
        case .httpRoute: ["v1", "v1beta1"].map { "gateway.networking.k8s.io/\($0)" }
        case .grpcRoute: ["gateway.networking.k8s.io/v1"]
        }
    }
}
