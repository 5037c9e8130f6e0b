/// The nodes of a spec and the texts or objects they came from.
struct SpecTree: Sendable, Hashable {
    /// A text, or an object of an API, that nodes are from.
    struct Source: Sendable, Hashable {
        /// What it is to the canary.
        enum Layer: Sendable, Hashable {
            /// The canary itself.
            case own
            case namespacePolicy
            case clusterPolicy
            /// Nobody wrote it; `words` tell what it follows from.
            case inferred

            /// `cluster policy`.
            var word: String {
                switch self {
                case .own: "object"
                case .namespacePolicy: "namespace policy"
                case .clusterPolicy: "cluster policy"
                case .inferred: "inferred"
                }
            }
        }

        /// The file's name, the `--set` argument with its flag, or `Canary test1/demo4`.
        var name: String
        var text: SourceText
        var isOverride: Bool
        /// Of an object without lines: for each node, by its column, its path (or, of what was inferred, its origin).
        var words: [String]?
        var layer: Layer

        init(name: String, text: SourceText, isOverride: Bool, layer: Layer = .own) {
            self.name = name
            self.text = text
            self.isOverride = isOverride
            self.layer = layer
        }

        init(name: String, words: [String], layer: Layer) {
            self.init(name: name, text: SourceText(""), isOverride: false, layer: layer)
            self.words = words
        }

        func word(at column: Int) -> String? {
            guard let words, words.indices.contains(column - 1) else { return nil }
            return words[column - 1]
        }
    }

    var sources: [Source]
    var root: YAMLNode
    /// Only what is there matters: a route, telemetry and a name may be missing.
    var isPartial: Bool
    /// Profiles have been looked up in the policies, so that naming one is no fault.
    var hasPolicies = false
    /// The route may be missing: it is to be inferred where its objects are.
    var isOpen = false

    func origin(_ place: YAMLPlace) -> SpecOrigin {
        guard sources.indices.contains(place.source) else { return .builtIn }
        let source = sources[place.source]
        if source.isOverride { return .override(argument: source.text.line(1)) }
        switch source.layer {
        case .inferred:
            return source.word(at: place.column).map { $0 == "default" ? .builtIn : .cascade($0) } ?? .builtIn
        case .own where source.words == nil:
            return .file(name: source.name, line: place.line, column: place.column)
        case .own, .namespacePolicy, .clusterPolicy:
            let place = source.words == nil ? " (\(source.name):\(place.line))" : ""
            return .cascade(source.layer.word + place)
        }
    }

    func diagnostic(_ message: String, at place: YAMLPlace, length: Int = 1, suggestion: String? = nil)
        -> SpecDiagnostic
    {
        func plain(_ file: String, path: String?) -> SpecDiagnostic {
            SpecDiagnostic(
                file: file,
                line: 0,
                column: 1,
                message: message,
                suggestion: suggestion,
                source: "",
                path: path
            )
        }
        guard sources.indices.contains(place.source) else { return plain("spec", path: nil) }
        let source = sources[place.source]
        if source.words != nil { return plain(source.name, path: source.word(at: place.column) ?? "spec") }
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
