package import CanaryCore

/// Where a value of a spec came from.
package enum SpecOrigin: Sendable, Hashable, CustomStringConvertible {
    case file(name: String, line: Int, column: Int)
    case builtIn
    /// The whole argument of a `--set`.
    case override(argument: String)

    /// `canary.yaml:12`, `default`, `--set`.
    package var description: String {
        switch self {
        case .file(let name, let line, _): "\(name):\(line)"
        case .builtIn: "default"
        case .override: "--set"
        }
    }
}

/// A spec with the place of each of its values.
package struct DecodedSpec: Sendable {
    package internal(set) var spec: CanarySpec
    /// Origins of the values that were given, by path relative to `spec`: `objectives.errors.tolerance`, `steps`,
    /// `telemetry.scrape.targets[0]`, and `metadata.name`. What is missing here is a default.
    package internal(set) var origins: [String: SpecOrigin] = [:]
    /// The places behind `origins`, for later diagnostics.
    var places: [String: YAMLPlace] = [:]
    /// The tree that was decoded, so that overrides go through the same decoder.
    var tree: SpecTree

    /// Where the value at a path came from.
    package func origin(_ path: String) -> SpecOrigin { origins[path] ?? .builtIn }

    /// Whether `metadata.namespace` was written; if not, a route file's document may be in any namespace.
    package var hasNamespace: Bool { origins["metadata.namespace"] != nil }

    /// Which rule of which document this spec is about.
    package var routeSelection: RouteSelection {
        RouteSelection(spec.route, namespace: hasNamespace ? spec.namespace : nil)
    }

    /// The route's file as a path: one that a spec names is relative to the spec's folder, one from `--set` to the
    /// working folder.
    package func routeFile(specFile: String) -> String? {
        guard let file = spec.route.file else { return nil }
        if case .override = origin("route.file") { return file }
        guard !file.hasPrefix("/"), let slash = specFile.lastIndex(of: "/") else { return file }
        return specFile[...slash] + file
    }
}

/// The nodes of a spec and the texts they came from.
struct SpecTree: Sendable {
    struct Source: Sendable {
        /// The file's name, or the `--set` argument with its flag.
        var name: String
        var text: SourceText
        var isOverride: Bool
    }

    var sources: [Source]
    var root: YAMLNode
    /// Only objectives, steps, pace and guards matter: a route, telemetry and a name may be missing.
    var isPartial: Bool

    func origin(_ place: YAMLPlace) -> SpecOrigin {
        guard sources.indices.contains(place.source) else { return .builtIn }
        let source = sources[place.source]
        return source.isOverride
            ? .override(argument: source.text.line(1))
            : .file(name: source.name, line: place.line, column: place.column)
    }

    func diagnostic(_ message: String, at place: YAMLPlace, length: Int = 1, suggestion: String? = nil)
        -> SpecDiagnostic
    {
        guard sources.indices.contains(place.source) else {
            return SpecDiagnostic(
                file: "spec",
                line: 0,
                column: 1,
                message: message,
                suggestion: suggestion,
                source: ""
            )
        }
        let source = sources[place.source]
        return SpecDiagnostic(
            file: source.name,
            line: source.isOverride ? 0 : place.line,
            column: place.column,
            length: max(1, length),
            message: message,
            suggestion: suggestion,
            source: source.text.line(place.line)
        )
    }

    /// How many characters of its first line a node covers.
    func length(of node: YAMLNode) -> Int {
        guard sources.indices.contains(node.place.source) else { return 1 }
        let rest = sources[node.place.source].text.line(node.place.line).unicodeScalars.dropFirst(node.place.column - 1)
        switch node.content {
        case .scalar(let text, .plain): return min(rest.count, text.unicodeScalars.count)
        case .scalar(let text, .singleQuoted), .scalar(let text, .doubleQuoted):
            return min(rest.count, text.unicodeScalars.count + 2)
        default: return 1
        }
    }
}
