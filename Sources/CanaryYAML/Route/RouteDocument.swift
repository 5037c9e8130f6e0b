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
        /// Lines of the document it stands in, from 1; empty for an object of an API.
        var lines: Range<Int>

        /// What kind of route it is, if any.
        var routeKind: RouteSpec.Kind? {
            [RouteSpec.Kind.virtualService, .httpRoute, .grpcRoute].first { route in
                guard let group = RouteGrammar.versions(of: route).first?.prefix(while: { $0 != "/" }) else {
                    return false
                }
                return kind == route.word && apiVersion.hasPrefix("\(group)/")
            }
        }

        /// `VirtualService 'demo'`; with its namespace if it is an object of an API.
        var title: String {
            lines.isEmpty && namespace != nil ? "\(kind) '\(namespace ?? "")/\(name)'" : "\(kind) '\(name)'"
        }

        /// Nil if the node is no object at all.
        init?(_ node: YAMLNode, path: YAMLPath, lines: Range<Int>) {
            guard let kind = node["kind"]?.scalar, let apiVersion = node["apiVersion"]?.scalar else { return nil }
            self.node = node
            self.apiVersion = apiVersion
            self.kind = kind
            self.path = path
            self.lines = lines
            name = node["metadata"]?["name"]?.scalar ?? ""
            namespace = node["metadata"]?["namespace"].flatMap { $0.isNull ? nil : $0.scalar }
        }

        /// Refuses versions of the API that this program does not know.
        func checkVersion() throws(RouteError) {
            let versions = routeKind.map(RouteGrammar.versions) ?? []
            guard versions.contains(apiVersion) else {
                throw RouteError(
                    .unsupported,
                    "\(title) has apiVersion \(apiVersion)",
                    hint: "known are \(versions.joined(separator: ", "))"
                )
            }
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
                let path: YAMLPath = [.item(index)] + (isList ? [.key("items"), .item(position)] : [])
                if let object = Object(node, path: path, lines: lines) { objects.append(object) }
            }
        }
        self.objects = objects
    }

    /// The one route that a selection names.
    func object(_ selection: RouteSelection) throws(RouteError) -> Object {
        let word = selection.kind.word
        let named = objects.filter { $0.routeKind == selection.kind && $0.name == selection.object }
        let found = named.filter { object in
            selection.namespace == nil || object.namespace == selection.namespace
                || object.namespace == nil && !selection.needsNamespace
        }
        if found.count > 1 {
            let places = found.map { "line \($0.node.place.line)" }.joined(separator: ", ")
            throw RouteError(
                .ambiguous,
                "\(word) '\(selection.object)' occurs \(found.count) times (\(places))",
                hint: "name its namespace in metadata.namespace, or split the file"
            )
        }
        if let object = found.first { return try checked(object) }
        if let other = named.first, other.namespace == nil, let wanted = selection.namespace {
            throw RouteError(
                .notARoute,
                "\(word) '\(selection.object)' names no namespace, and the file may be that of another one",
                hint: "write metadata.namespace: \(wanted) into the document"
            )
        }
        if let other = named.first {
            let (found, wanted) = (other.namespace ?? "", selection.namespace ?? "")
            throw RouteError(
                .notARoute,
                "\(word) '\(selection.object)' is in namespace '\(found)', not '\(wanted)'",
                hint: "correct metadata.namespace of the spec"
            )
        }
        let routes = objects.filter { $0.routeKind != nil }
        let there = routes.map { "\($0.kind) '\($0.name)'" }
        throw RouteError(
            .notARoute,
            "there is no \(word) '\(selection.object)'",
            cause: there.isEmpty
                ? "the file holds no route object" : "the file holds \(there.prefix(10).joined(separator: ", "))",
            hint: EditDistance.nearest(
                to: selection.object,
                among: routes.filter { $0.routeKind == selection.kind }.map(\.name)
            ).map { "did you mean '\($0)'?" }
        )
    }

    private func checked(_ object: Object) throws(RouteError) -> Object {
        try object.checkVersion()
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
