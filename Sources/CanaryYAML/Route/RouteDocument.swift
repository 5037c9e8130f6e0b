import CanaryCore

/// A text with route objects: composed once, with each object that may hold weights.
struct RouteDocument {
    struct Object {
        var node: YAMLNode
        var apiVersion: String
        var kind: String
        var name: String
        var namespace: String?
        /// Where its node is in the documents.
        var path: YAMLPath
        /// Lines of the document it stands in, from 1.
        var lines: Range<Int>

        var isVirtualService: Bool { kind == "VirtualService" && apiVersion.hasPrefix("networking.istio.io/") }
        var isRoute: Bool {
            apiVersion.hasPrefix("gateway.networking.k8s.io/") && ["HTTPRoute", "GRPCRoute"].contains(kind)
        }
    }

    let source: SourceText
    let documents: [YAMLNode]
    let objects: [Object]

    init(text: String) throws(RouteError) {
        source = SourceText(text)
        do {
            documents = try YAMLComposer.compose(text)
        } catch {
            let isTemplate = text.contains("{{")
            throw RouteError(
                .notARoute,
                "line \(error.line), column \(error.column) is not YAML",
                cause: error.message,
                hint: isTemplate
                    ? "this looks like a template: point route.file at the rendered file"
                    : "the file must be plain YAML, as `kubectl apply -f` takes it"
            )
        }
        var objects: [Object] = []
        for (index, document) in documents.enumerated() {
            let end = index + 1 < documents.count ? documents[index + 1].place.line : source.lineCount + 1
            let lines = document.place.line..<max(document.place.line + 1, end)
            let isList = document["kind"]?.scalar == "List"
            let members = isList ? document["items"]?.items ?? [] : [document]
            for (position, node) in members.enumerated() {
                guard let kind = node["kind"]?.scalar, let apiVersion = node["apiVersion"]?.scalar else { continue }
                objects.append(
                    Object(
                        node: node,
                        apiVersion: apiVersion,
                        kind: kind,
                        name: node["metadata"]?["name"]?.scalar ?? "",
                        namespace: node["metadata"]?["namespace"].flatMap { $0.isNull ? nil : $0.scalar },
                        path: [.item(index)] + (isList ? [.key("items"), .item(position)] : []),
                        lines: lines
                    )
                )
            }
        }
        self.objects = objects
    }

    /// The one VirtualService that a selection names.
    func object(_ selection: RouteSelection) throws(RouteError) -> Object {
        guard selection.kind == .virtualService else {
            throw RouteError(
                .unsupported,
                "HTTPRoute '\(selection.object)' is in a file, and this version edits only VirtualServices in files"
            )
        }
        let named = objects.filter { $0.isVirtualService && $0.name == selection.object }
        let found = named.filter { object in
            selection.namespace == nil || object.namespace == nil || object.namespace == selection.namespace
        }
        if found.count > 1 {
            let places = found.map { "line \($0.node.place.line)" }.joined(separator: ", ")
            throw RouteError(
                .ambiguous,
                "VirtualService '\(selection.object)' occurs \(found.count) times (\(places))",
                hint: "name its namespace in metadata.namespace, or split the file"
            )
        }
        if let object = found.first { return try checked(object) }
        if let other = named.first {
            let (found, wanted) = (other.namespace ?? "", selection.namespace ?? "")
            throw RouteError(
                .notARoute,
                "VirtualService '\(selection.object)' is in namespace '\(found)', not '\(wanted)'",
                hint: "correct metadata.namespace of the spec"
            )
        }
        let there = objects.filter { $0.isVirtualService || $0.isRoute }.map { "\($0.kind) '\($0.name)'" }
        throw RouteError(
            .notARoute,
            "there is no VirtualService '\(selection.object)'",
            cause: there.isEmpty
                ? "the file holds no route object" : "the file holds \(there.prefix(10).joined(separator: ", "))",
            hint: EditDistance.nearest(to: selection.object, among: objects.filter(\.isVirtualService).map(\.name))
                .map { "did you mean '\($0)'?" }
        )
    }

    private func checked(_ object: Object) throws(RouteError) -> Object {
        let versions = ["v1", "v1beta1", "v1alpha3"].map { "networking.istio.io/\($0)" }
        guard versions.contains(object.apiVersion) else {
            throw RouteError(
                .unsupported,
                "VirtualService '\(object.name)' has apiVersion \(object.apiVersion)",
                hint: "known are \(versions.joined(separator: ", "))"
            )
        }
        for line in object.lines where source.line(line).contains("{{") {
            throw RouteError(
                .unsupported,
                "line \(line) holds a template expression ('{{')",
                hint: "point route.file at the rendered file: an edit here would be lost or would break the template"
            )
        }
        return object
    }
}
