import Yams

/// Why a text could not be composed, and where.
struct YAMLProblem: Error, Sendable, Hashable {
    var message: String
    var line: Int
    var column: Int
}

/// Turns YAML text into trees with places: the only caller of Yams.
enum YAMLComposer {
    /// More nodes than this, aliases counted each time they are used, are refused: a small text can expand without end.
    static let nodeLimit = 250_000
    /// Longer texts are refused before they are parsed, in bytes.
    static let textLimit = 8 << 20
    /// Deeper trees are refused, so that no walk over one can exhaust the stack.
    static let depthLimit = 100

    /// The documents of a text, in order.
    ///
    /// - Complexity: O(n) in the length of the text plus what its aliases expand to, which is bounded.
    static func compose(_ text: String, source: Int = 0) throws(YAMLProblem) -> [YAMLNode] {
        guard text.utf8.count <= textLimit else {
            throw YAMLProblem(message: "the text is longer than \(textLimit >> 20) MiB", line: 1, column: 1)
        }
        guard !AliasKeys.mayExplode(text) else {
            throw YAMLProblem(message: "it has many aliases, and keys that may hold some", line: 1, column: 1)
        }
        let hasMark = text.unicodeScalars.first == "\u{FEFF}"
        var body = hasMark ? String(text.unicodeScalars.dropFirst()) : text
        body.makeContiguousUTF8()
        do {
            // Aliases are recognised while the parser lives, because nodes hold their anchors weakly.
            let parser = try Parser(yaml: body, resolver: .basic, encoding: .utf8)
            var conversion = Conversion(source: source, firstLineShift: hasMark ? 1 : 0)
            var documents: [YAMLNode] = []
            while let root = try parser.nextRoot() {
                documents.append(try conversion.node(root, depth: 0))
            }
            return withExtendedLifetime(parser) { documents }
        } catch let problem as YAMLProblem {
            throw problem
        } catch let error as YamlError {
            throw YAMLProblem(error)
        } catch {
            throw YAMLProblem(message: "\(error)", line: 1, column: 1)
        }
    }

    private struct Conversion {
        let source: Int
        let firstLineShift: Int
        var count = 0

        mutating func node(_ node: Node, depth: Int) throws(YAMLProblem) -> YAMLNode {
            let line = max(1, node.mark?.line ?? 1)
            let column = max(1, node.mark?.column ?? 1) + (line == 1 ? firstLineShift : 0)
            count += 1
            guard count <= YAMLComposer.nodeLimit else {
                throw YAMLProblem(
                    message: "the text expands to more than \(YAMLComposer.nodeLimit) nodes",
                    line: line,
                    column: column
                )
            }
            guard depth <= YAMLComposer.depthLimit else {
                throw YAMLProblem(
                    message: "nested deeper than \(YAMLComposer.depthLimit) levels",
                    line: line,
                    column: column
                )
            }
            var converted = YAMLNode(
                content: .sequence([]),
                place: YAMLPlace(source: source, line: line, column: column),
                isAnchored: node.anchor != nil,
                tag: node.tag.description
            )
            switch node {
            case .scalar(let scalar):
                converted.content = .scalar(scalar.string, YAMLNode.Style(scalar.style))
            case .mapping(let mapping):
                var pairs: [YAMLNode.Pair] = []
                for (key, value) in mapping {
                    pairs.append(
                        YAMLNode.Pair(
                            key: try self.node(key, depth: depth + 1),
                            value: try self.node(value, depth: depth + 1)
                        )
                    )
                }
                converted.content = .mapping(pairs)
            case .sequence(let sequence):
                var items: [YAMLNode] = []
                for item in sequence { items.append(try self.node(item, depth: depth + 1)) }
                converted.content = .sequence(items)
            case .alias(let alias):
                converted.content = .scalar("*" + alias.anchor.rawValue, .plain)
                converted.isAnchored = true
            }
            return converted
        }
    }
}

extension YAMLNode.Style {
    fileprivate init(_ style: Node.Scalar.Style) {
        switch style {
        case .singleQuoted: self = .singleQuoted
        case .doubleQuoted: self = .doubleQuoted
        case .literal, .folded: self = .block
        case .any, .plain: self = .plain
        }
    }
}

extension YAMLProblem {
    fileprivate init(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let before = context.map { "\($0.text) (line \($0.mark.line)), " } ?? ""
            self.init(message: before + problem, line: max(1, mark.line), column: max(1, mark.column))
        case .reader(let problem, _, _, _):
            self.init(message: problem, line: 1, column: 1)
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            self.init(
                message: "key \(keys) occurs more than once in the same mapping",
                line: max(1, context.mark.line),
                column: max(1, context.mark.column)
            )
        default:
            self.init(message: "not readable as YAML", line: 1, column: 1)
        }
    }
}
