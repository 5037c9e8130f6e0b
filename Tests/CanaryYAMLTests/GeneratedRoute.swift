import CanaryCore
import CanaryYAML

/// A route object made up at random, as an API might answer it, with what a patch of it must give.
struct GeneratedRoute {
    private(set) var json: JSONValue = .null
    private(set) var selection = RouteSelection(object: "demo")
    private(set) var percent = 0.0
    /// Where the two weights are, as JSON Pointers of the members that may change.
    private(set) var weightPaths: Set<String> = []
    /// Whether the rule has one destination only, so that an entry is added.
    private(set) var isLone = false
    /// Where the rule's destinations are.
    private(set) var entriesPath = ""

    private var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        percent = random.pick([0, 0.5, 1, 5, 10, 25, 50, 75, 100])
        let kind = random.pick([RouteSpec.Kind.virtualService, .virtualService, .httpRoute, .grpcRoute])
        selection.kind = kind
        selection.namespace = "test1"
        isLone = random.chance(25)
        let list = kind == .virtualService ? random.pick([RouteSpec.RuleList.http, .http, .tcp, .tls]) : nil
        if list != .http { selection.ruleList = list }
        let count = Int.random(in: 1...4, using: &random)
        let chosen = Int.random(in: 0..<count, using: &random)
        selection.rule = .index(chosen)
        selection.stable = side(kind, "v1")
        selection.canary = side(kind, "v2")
        let rules = (0..<count).map { rule(kind, isChosen: $0 == chosen, list: list) }
        let key = list?.rawValue ?? "rules"
        let group = kind == .virtualService ? "networking.istio.io" : "gateway.networking.k8s.io"
        let version = kind == .virtualService ? random.pick(["v1", "v1beta1", "v1alpha3"]) : "v1"
        entriesPath = "/spec/\(key)/\(chosen)/" + (kind == .virtualService ? "route" : "backendRefs")
        weightPaths = Set((0..<(isLone ? 1 : 2)).map { "\(entriesPath)/\($0)/weight" })
        var spec: [String: JSONValue] = [
            key: .array(rules), "hosts": ["a.example", "größer.example"],
            "unknown/~field": ["weight": 90, "a": [.number(1.5)]],
        ]
        if kind == .virtualService, list != .http, random.chance(50) {
            spec["http"] = [["route": [["destination": ["host": "a", "subset": "v1"], "weight": 90]]]]
        }
        json = [
            "apiVersion": .string("\(group)/\(version)"), "kind": .string(kind.word),
            "metadata": [
                "name": "demo", "namespace": "test1", "resourceVersion": "4711", "generation": 3,
                "annotations": ["weight": "90"], "managedFields": [["manager": "kubectl"]],
            ],
            "spec": .object(spec), "status": ["weight": 90],
        ]
    }

    private func side(_ kind: RouteSpec.Kind, _ name: String) -> DestinationSpec {
        kind == .virtualService ? DestinationSpec(subset: name) : DestinationSpec(host: "a-\(name)")
    }

    private mutating func rule(_ kind: RouteSpec.Kind, isChosen: Bool, list: RouteSpec.RuleList?) -> JSONValue {
        var names = isLone && isChosen ? [random.pick(["v1", "v2"])] : ["v1", "v2"]
        if random.chance(50) { names.reverse() }
        let hasPort = random.chance(30)
        let entries = names.map { entry(kind, $0, hasPort: hasPort, isAlone: names.count == 1) }
        var members: [String: JSONValue] = [
            kind == .virtualService ? "route" : "backendRefs": .array(entries),
            "timeout": "10s", "headers": ["request": ["set": ["weight": "90"]]],
        ]
        if random.chance(50) {
            members[kind == .virtualService ? "match" : "matches"] = [["port": 80], ["weight": 3]]
        }
        if random.chance(20), kind == .virtualService { members["mirror"] = ["host": "a", "subset": "v2"] }
        if random.chance(20), kind == .virtualService { members["fault"] = ["abort": ["httpStatus": 500]] }
        if random.chance(20), kind != .virtualService { members["filters"] = [["type": "RequestMirror", "weight": 1]] }
        return .object(members)
    }

    private mutating func entry(_ kind: RouteSpec.Kind, _ name: String, hasPort: Bool, isAlone: Bool) -> JSONValue {
        var members: [String: JSONValue] = ["headers": ["response": ["remove": ["weight"]]]]
        if kind == .virtualService {
            var destination: [String: JSONValue] = ["host": "a", "subset": .string(name)]
            if hasPort { destination["port"] = ["number": 8080] }
            members["destination"] = .object(destination)
            if random.chance(80) { members["weight"] = .integer(random.pick([0, 1, 10, 90, 100, 2_147_483_647])) }
        } else {
            members["name"] = .string("a-\(name)")
            if random.chance(50) { members["group"] = "" }
            if random.chance(50) { members["kind"] = "Service" }
            if random.chance(20) { members["namespace"] = "test1" }
            if hasPort { members["port"] = 8080 }
            if random.chance(80) {
                members["weight"] = .integer(random.pick(isAlone ? [1, 90] : [0, 1, 10, 90, 1_000_000]))
            }
        }
        return .object(members)
    }
}
