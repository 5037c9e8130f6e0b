/// The tags of a template, read before the template engine sees them, so that each fault has a place.
///
/// What could read other files or change the syntax (`{{>`, `{{<`, `{{$`, `{{=`, `{{%`) is refused; so are unknown names,
/// sections that are not closed or lie deeper than `deepest`, and more than `most` tags.
struct TemplateTags {
    static let deepest = 16
    static let longest = 65_536
    static let most = 500

    private let template: String
    private let lines: [Substring]
    private var count = 0
    private var open: [(name: String, line: Int, column: Int)] = []

    /// Checks a text; throws the first fault.
    static func check(_ text: String, of template: String) throws(TemplateFault) {
        guard text.utf8.count <= longest else {
            throw TemplateFault(
                template,
                "is longer than \(longest / 1024) KiB",
                hint: "a notice is a few lines of JSON"
            )
        }
        var tags = TemplateTags(template, text)
        for (index, line) in tags.lines.enumerated() { try tags.read(line, number: index + 1) }
        if let section = tags.open.last {
            throw tags.fault("the section '{{#\(section.name)}}' is never closed", section.line, section.column)
        }
    }

    private init(_ template: String, _ text: String) {
        self.template = template
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// A tag stands in one line.
    private mutating func read(_ line: Substring, number: Int) throws(TemplateFault) {
        var rest = line[...]
        while let start = rest.firstRange(of: "{{") {
            let column = line.distance(from: line.startIndex, to: start.lowerBound) + 1
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else {
                throw fault("'{{' without '}}' in the same line", number, column)
            }
            var body = rest[start.upperBound..<end.lowerBound]
            rest = rest[end.upperBound...]
            let isTriple = body.first == "{"
            if isTriple {
                guard rest.first == "}" else { throw fault("'{{{' without '}}}'", number, column) }
                rest = rest.dropFirst()
                body = body.dropFirst()
            }
            try take(body, isTriple: isTriple, number, column)
        }
    }

    private mutating func take(
        _ body: Substring,
        isTriple: Bool,
        _ line: Int,
        _ column: Int
    ) throws(TemplateFault) {
        count += 1
        guard count <= Self.most else { throw fault("has more than \(Self.most) tags", line, column) }
        let sigil = isTriple ? nil : body.first
        switch sigil {
        case "!":
            return
        case "#", "^":
            let name = try self.name(body.dropFirst(), line, column)
            guard open.count < Self.deepest else {
                throw fault("sections lie deeper than \(Self.deepest)", line, column)
            }
            guard name != "resolved" || !open.contains(where: { $0.name == name }) else {
                throw fault("'{{#\(name)}}' lies inside itself", line, column)
            }
            open.append((name, line, column))
        case "/":
            let name = Self.trimmed(body.dropFirst())
            guard let section = open.popLast() else { throw fault("'{{/\(name)}}' closes nothing", line, column) }
            guard section.name == name else {
                throw fault("'{{/\(name)}}' closes '{{#\(section.name)}}' of line \(section.line)", line, column)
            }
        case ">", "<", "$", "=", "%":
            throw TemplateFault(
                template,
                "'{{\(TextCells.cut(String(body), to: 40))}}' is not allowed in a notice",
                line: line,
                column: column,
                excerpt: excerpt(line),
                hint: "a template is one file: variables, sections and comments"
            )
        case "&":
            _ = try name(body.dropFirst(), line, column)
        default:
            _ = try name(body, line, column)
        }
    }

    /// The variable with its transforms, as written; throws if one of them is not known.
    private func name(_ body: Substring, _ line: Int, _ column: Int) throws(TemplateFault) -> String {
        let written = Self.trimmed(body)
        let parts = written.split(separator: "(").map(String.init)
        let closing = written.reversed().prefix { $0 == ")" }.count
        guard let last = parts.last, parts.count == closing + 1 else {
            throw fault("'{{\(TextCells.cut(written, to: 40))}}' is not a name", line, column)
        }
        for transform in parts.dropLast() where !NoticeVariables.transforms.contains(transform) {
            throw fault(
                "'\(TextCells.cut(transform, to: 40))' is not a transform",
                line,
                column,
                NoticeVariables.transforms
            )
        }
        let variable = String(last.dropLast(closing))
        if variable == ".", !open.isEmpty { return written }
        guard NoticeVariables.names.contains(variable) else {
            let shown = TextCells.cut(variable, to: 40)
            throw fault("'\(shown)' is not a variable of a notice", line, column, NoticeVariables.names, like: variable)
        }
        return written
    }

    // MARK: Faults

    private func fault(
        _ message: String,
        _ line: Int,
        _ column: Int,
        _ known: [String] = [],
        like written: String? = nil
    ) -> TemplateFault {
        let near = written.flatMap { written in
            known.map { (name: $0, distance: Self.distance(written.lowercased(), $0.lowercased())) }
                .filter { $0.distance <= 2 }
                .min { $0.distance < $1.distance }
        }
        let hint =
            near.map { "did you mean '\($0.name)'?" }
            ?? (known.isEmpty ? nil : "known: \(known.joined(separator: ", "))")
        return TemplateFault(template, message, line: line, column: column, excerpt: excerpt(line), hint: hint)
    }

    private func excerpt(_ line: Int) -> String? {
        lines.indices.contains(line - 1) ? TextCells.cut(String(lines[line - 1]), to: 200) : nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        let blanks = start.reversed().prefix { $0.isWhitespace }.count
        return String(start.dropLast(blanks))
    }

    /// Insertions, deletions and replacements from one word to another.
    private static func distance(_ left: String, _ right: String) -> Int {
        guard left.count <= 40 else { return .max }
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (position, other) in right.enumerated() {
                let above = row[position + 1]
                row[position + 1] = min(above + 1, row[position] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = above
            }
        }
        return row.last ?? 0
    }
}
