import CanaryCore
import CanaryTelemetry

/// Decodes a spec strictly: an unknown key, a wrong type, an impossible value or a repeated key is an error with its
/// place.
package enum SpecDecoder {
    /// The API version and kind of the object.
    package static let apiVersion = "haldane.dev/v1"
    package static let kind = "Canary"

    /// Decodes one document.
    ///
    /// All faults that can be told apart are reported at once, in the order of the text. `${VAR}` is kept as it is; see
    /// `DecodedSpec.expanded(environment:)`.
    ///
    /// - Parameter file: The name to print in diagnostics; nothing is read.
    package static func decode(text: String, file: String) throws(SpecError) -> DecodedSpec {
        try decode(tree(text: text, file: file, layer: .own))
    }

    /// The one document of a text, not looked into.
    static func tree(text: String, file: String, layer: SpecTree.Source.Layer) throws(SpecError) -> SpecTree {
        let source = SpecTree.Source(name: file, text: SourceText(text), isOverride: false, layer: layer)
        let start = YAMLNode(content: .mapping([]), place: YAMLPlace(source: 0, line: 1, column: 1))
        var tree = SpecTree(sources: [source], root: start, isPartial: false)
        let what = layer == .own ? "spec" : "policy"
        let documents: [YAMLNode]
        do {
            documents = try YAMLComposer.compose(text)
        } catch {
            let place = YAMLPlace(source: 0, line: error.line, column: error.column)
            throw SpecError([tree.diagnostic("not YAML: \(error.message)", at: place)])
        }
        guard let root = documents.first, !root.isNull else {
            let hint = layer == .own ? "`haldane init ROUTE` writes one" : nil
            throw SpecError([tree.diagnostic("the \(what) is empty", at: start.place, suggestion: hint)])
        }
        if documents.count > 1 {
            throw SpecError([
                tree.diagnostic("a \(what) is one document, this file has \(documents.count)", at: documents[1].place)
            ])
        }
        tree.root = root
        return tree
    }

    /// The defaults alone, with a placeholder for route, telemetry and name: for `judge --windows` without a spec.
    ///
    /// `--set` works on it for every path.
    package static func defaults() -> DecodedSpec {
        let place = YAMLPlace(source: -1, line: 1, column: 1)
        let tree = SpecTree(sources: [], root: YAMLNode(content: .mapping([]), place: place), isPartial: true)
        return DecodedSpec(spec: placeholder, tree: tree)
    }

    /// What to do about a spec that leaves out what `haldane run` has to be told and an agent finds out.
    private static let inferredHint =
        "of an agent's canary it is inferred in the cluster: `haldane validate FILE --connect` infers it there, "
        + "--objects FILE from manifests"

    private static var placeholder: CanarySpec {
        CanarySpec(
            name: "windows",
            route: RouteSpec(object: "windows", stable: DestinationSpec(), canary: DestinationSpec()),
            telemetry: TelemetrySpec(targets: [])
        )
    }

    /// Decodes a tree, of a file or with overrides grafted in.
    static func decode(_ tree: SpecTree) throws(SpecError) -> DecodedSpec {
        var reader = SpecReader(tree: tree)
        var spec = placeholder
        var policy: CanaryPolicy?
        var profile: String?
        if let root = reader.section(tree.root, path: "", keys: SpecKeys.root) {
            if !tree.isPartial {
                let names = identity(root, with: &reader)
                if let name = names.name { spec.name = name }
                if let namespace = names.namespace { spec.namespace = namespace }
            }
            // Paths below are relative to `spec`, as in `--set`.
            var body = reader.section(root, "spec", keys: SpecKeys.spec)
            if !tree.isPartial, root.node["spec"] == nil {
                reader.fail(
                    "spec is missing: it holds the route, the telemetry and the margins",
                    at: root.node,
                    suggestion: inferredHint
                )
            }
            body?.path = ""
            policy = PolicyRules.read(body, "policy", with: &reader)
            profile = SpecProfiles.read(body, with: &reader)
            read(body, isPartial: tree.isPartial, into: &spec, with: &reader)
        }
        guard reader.diagnostics.isEmpty else {
            throw SpecError(reader.diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
        var decoded = DecodedSpec(spec: spec, policy: policy, profile: profile, tree: tree)
        decoded.places = reader.places
        decoded.origins = reader.places.mapValues { tree.origin($0) }
        return decoded
    }

    /// The API version, the kind and the names of an object.
    static func identity(
        _ root: SpecReader.Section,
        kind: String = SpecDecoder.kind,
        with reader: inout SpecReader
    ) -> (name: String?, namespace: String?) {
        for (key, expected) in [("apiVersion", apiVersion), ("kind", kind)] {
            reader.require(root, key, "write `\(key): \(expected)`")
            if let node = reader.node(root, key), node.scalar != expected {
                reader.fail("\(key) must be \(expected), not \(reader.shown(node))", at: node)
            }
        }
        reader.require(root, "metadata", "it holds the name")
        let metadata = reader.section(root, "metadata", keys: SpecKeys.metadata)
        reader.require(metadata, "name", "runs and journals are named after it")
        return (
            SpecNames.object(metadata, "name", with: &reader), SpecNames.namespace(metadata, "namespace", with: &reader)
        )
    }

    private static func read(
        _ body: SpecReader.Section?,
        isPartial: Bool,
        into spec: inout CanarySpec,
        with reader: inout SpecReader
    ) {
        let isOpen = isPartial || reader.tree.isOpen
        if !isOpen {
            let why = "it names the rule whose weights are to be moved"
            reader.require(body, "route", why, suggestion: reader.tree.hasPolicies ? nil : inferredHint)
        }
        if !isPartial {
            // Said once.
            let isSaid = reader.tree.hasPolicies || body?.node["route"] == nil
            let why = "without it nothing can be compared"
            reader.require(body, "telemetry", why, suggestion: isSaid ? nil : inferredHint)
        }
        SpecRoute.read(body, isPartial: isOpen, into: &spec.route, with: &reader)
        SpecTelemetry.read(body, isPartial: isPartial, into: &spec.telemetry, with: &reader)
        SpecObjectives.read(body, into: &spec.objectives, with: &reader)
        if let steps = SpecSteps.read(body, with: &reader) { spec.steps = steps }
        SpecPace.read(body, into: &spec.pace, with: &reader)
        SpecGuards.read(body, into: &spec.guards, with: &reader)
        if let notify = SpecNotify.read(body, with: &reader) { spec.notify = notify }
    }
}
