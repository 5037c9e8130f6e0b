import CanaryCore

/// Gathers routes and subsets from files and from an API, and makes a fleet's inventory of them.
///
/// ```swift
/// var reader = FleetReader()
/// reader.add(text: text, file: "routes/reviews.yaml")
/// let inventory = reader.inventory(namespaces: [])
/// ```
package struct FleetReader: Sendable {
    /// The namespace of objects that name none.
    private let namespace: String
    private var rules: [FleetRule] = []
    private var subsets = FleetSubsets()
    private var problems: [FleetInventory.Problem] = []
    private var notes: [String] = []
    private var routes = 0

    /// Problems and notes beyond this many are counted only.
    static let mostWords = 100

    package init(namespace: String = "default") {
        self.namespace = namespace
    }

    /// Reads a text with any number of documents. Objects of other kinds are not looked at, and what cannot be read is
    /// listed with its line; never traps, whatever the text.
    package mutating func add(text: String, file: String) {
        guard Self.words.contains(where: text.contains) else { return }
        let document: RouteDocument
        do throws(RouteError) {
            document = try RouteDocument(text: text)
        } catch {
            var place = file
            do throws(YAMLProblem) {
                _ = try YAMLComposer.compose(text)
            } catch {
                place += ":\(error.line)"
            }
            problems.append(FleetInventory.Problem(place: place, message: Self.words(error)))
            return
        }
        for object in document.objects { add(object, file: file) }
    }

    /// Reads an object of an API.
    package mutating func add(json: JSONValue) {
        guard let object = RouteDocument.Object(YAMLNode(json), path: [], lines: 0..<0) else { return }
        add(object, file: nil)
    }

    /// What a caller could not read at all.
    package mutating func add(problem: FleetInventory.Problem) { problems.append(problem) }

    package mutating func add(note: String) { notes.append(note) }

    /// The services of all that was added.
    ///
    /// - Parameter namespaces: only services in these; all if empty.
    package func inventory(namespaces: Set<String> = []) -> FleetInventory {
        var pairs = FleetPairs(subsets: subsets)
        for rule in rules { pairs.add(rule) }
        var subjects = pairs.subjects
        if !namespaces.isEmpty { subjects.removeAll { !namespaces.contains($0.namespace) } }
        var notes = notes + pairs.notes + subsets.notes
        if subjects.count > FleetInventory.mostSubjects {
            notes.append("\(subjects.count) services: only the first \(FleetInventory.mostSubjects) are looked at")
            subjects.removeLast(subjects.count - FleetInventory.mostSubjects)
        }
        return FleetInventory(
            subjects: subjects,
            problems: Self.bounded(problems) { FleetInventory.Problem(place: "…", message: "\($0) more like these") },
            notes: Self.bounded(notes) { "… and \($0) more notes" },
            routes: routes
        )
    }

    private static let words = ["VirtualService", "HTTPRoute", "GRPCRoute", "DestinationRule"]

    private static func bounded<Word>(_ all: [Word], _ rest: (Int) -> Word) -> [Word] {
        all.count <= mostWords ? all : all.prefix(mostWords) + [rest(all.count - mostWords)]
    }

    private static func words(_ error: RouteError) -> String {
        error.message + (error.cause.map { ": \($0)" } ?? "") + (error.hint.map { " (\($0))" } ?? "")
    }

    private mutating func add(_ object: RouteDocument.Object, file: String?) {
        let namespace = object.namespace ?? namespace
        let name = "\(object.kind) \(namespace)/\(object.name)"
        let line = object.node.place.line
        if object.kind == "DestinationRule", object.apiVersion.hasPrefix("networking.istio.io/") {
            subsets.add(object, namespace: namespace)
            return
        }
        guard let kind = object.routeKind else { return }
        do throws(RouteError) {
            try object.checkVersion()
            let found = try Self.rules(of: object, kind)
            routes += 1
            for rule in found {
                let line = rule.node.place.line
                let place = file.map { " (\($0):\(line))" } ?? ""
                let title = "\(name), \(rule.label)\(place)"
                rules.append(FleetRule(rule, kind, object, namespace: namespace, place: title))
            }
        } catch {
            let place = file.map { "\($0):\(line)" } ?? name
            problems.append(FleetInventory.Problem(place: place, message: Self.words(error)))
        }
    }

    /// The rules that govern requests. TCP and TLS rules govern connections, of which Istio counts no requests.
    private static func rules(
        of object: RouteDocument.Object,
        _ kind: RouteSpec.Kind
    ) throws(RouteError) -> [RouteRule] {
        guard kind == .virtualService else { return try RouteRule.all(of: object) }
        let lists = RouteSpec.RuleList.allCases.filter { !(object.node["spec"]?[$0.rawValue]?.items ?? []).isEmpty }
        if !lists.contains(.http), !lists.isEmpty { return [] }
        return try RouteRule.all(of: object, list: .http)
    }
}
