package import CanaryCore

/// A change of the two weights of one rule of an API object, as operations of a JSON Patch, with the proof that it did that
/// and nothing else.
package struct RoutePatch: Sendable, Hashable {
    package enum Verb: String, Sendable, Hashable {
        case add
        case replace
    }

    package struct Operation: Sendable, Hashable {
        package var verb: Verb
        /// A JSON Pointer.
        package var path: String
        package var value: JSONValue

        package init(verb: Verb, path: String, value: JSONValue) {
            self.verb = verb
            self.path = path
            self.value = value
        }
    }

    /// First the resourceVersion that was read: a server refuses the whole with a clear 409 if that is no longer the present
    /// one. Then the weights by their index, and the partner of a lone destination at the list's end.
    package private(set) var operations: [Operation]
    package let weights: RouteWeights
    private let before: JSONValue
    private var expected: JSONValue
    private let entriesPath: YAMLPath
    private let place: String

    /// What a server changes by itself with every write.
    private static let bookkeeping: Set<String> = ["resourceVersion", "generation", "managedFields"]

    init(of json: JSONValue, rule: LocatedRule, weights: RouteWeights) {
        self.weights = weights
        before = json
        expected = json
        entriesPath = rule.entriesPath
        place = rule.place
        let version = json["metadata"]?["resourceVersion"] ?? ""
        operations = [Operation(verb: .replace, path: "/metadata/resourceVersion", value: version)]
    }

    mutating func setWeight(_ weight: Int, of destination: RouteDestination) {
        let path = entriesPath + [.item(destination.index), .key("weight")]
        let verb: Verb = destination.weight == nil ? .add : .replace
        operations.append(Operation(verb: verb, path: JSONValue.pointer(path), value: .integer(Int64(weight))))
        expected.set(.integer(Int64(weight)), at: path[...])
    }

    mutating func add(_ partner: PartnerEntry) {
        let count = before.value(at: entriesPath[...])?.items?.count ?? 0
        operations.append(Operation(verb: .add, path: JSONValue.pointer(entriesPath) + "/-", value: partner.json))
        expected.set(partner.json, at: (entriesPath + [.item(count)])[...])
    }

    /// Proves before the write that the operations give the rule these weights.
    func check(_ selection: RouteSelection) throws(RouteError) {
        let reading = try RouteObject(json: expected, selection: selection).reading
        guard reading.weights == weights else {
            throw RouteError(
                .unproven,
                "an edit of \(place) would give the weights \(reading.weights.stable) and \(reading.weights.canary)",
                hint: "edit the weights by hand"
            )
        }
    }

    /// Proves that a server's answer to the patch differs from the object before in the two weights, or the added partner,
    /// and in nothing else. What a server keeps itself is not compared: resourceVersion, generation, managedFields, status.
    package func prove(_ answer: JSONValue) throws(RouteError) {
        let found = comparable(answer)
        let wanted = comparable(expected)
        guard let difference = found.firstDifference(from: wanted) else { return }
        if found == comparable(before) {
            throw RouteError(
                .unproven,
                "the server accepted the weights \(weights.stable) and \(weights.canary) for \(place), but changed nothing",
                hint: "an admission webhook may undo the change: look for mutating webhooks on this kind",
                disposition: .stop
            )
        }
        throw RouteError(
            .unproven,
            "the server accepted the new weights of \(place), but its answer is not what was asked for",
            cause: "it differs at \(difference)",
            hint: "an admission webhook may change the object: look at it before the next step",
            disposition: .stop
        )
    }

    /// The document without what a server keeps itself, and without the defaults that it fills in for a new backend.
    private func comparable(_ json: JSONValue) -> JSONValue {
        var json = json.without(["status"])
        if let metadata = json["metadata"] {
            json.set(metadata.without(Self.bookkeeping), at: [.key("metadata")])
        }
        guard let entries = json.value(at: entriesPath[...])?.items else { return json }
        for (index, entry) in entries.enumerated() {
            var defaults: Set<String> = []
            if entry["group"] == "" { defaults.insert("group") }
            if entry["kind"] == "Service" { defaults.insert("kind") }
            if !defaults.isEmpty { json.set(entry.without(defaults), at: (entriesPath + [.item(index)])[...]) }
        }
        return json
    }
}
