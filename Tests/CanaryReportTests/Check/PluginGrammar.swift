/// The output grammar of the Monitoring Plugins Development Guidelines, checked character by character.
///
/// ```
/// TEXT | PERFDATA
/// LONG TEXT
/// LONG TEXT | PERFDATA
/// PERFDATA
/// ```
/// Performance data is a list of `'label'=value[UOM];[warn];[crit];[min];[max]` separated by blanks: labels without quotes inside and `=`,
/// values in the class [-0-9.], a unit out of none, s, us, ms, %, B, KB, MB, GB, TB and c, thresholds as ranges.
struct PluginGrammar {
    /// What is wrong; empty if nothing is.
    private(set) var faults: [String] = []
    private(set) var firstLine = ""
    private(set) var labels: [String] = []
    /// The value of each label.
    private(set) var values: [String: Double] = [:]

    init(_ output: String) {
        guard output.hasSuffix("\n") else {
            faults.append("no final newline")
            return
        }
        let lines = output.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (text, data) = Self.halves(lines[0])
        firstLine = text
        checkText(text)
        if let data { checkData(data) }
        var isData = false
        for line in lines.dropFirst() {
            if isData {
                checkData(line)
                continue
            }
            let (long, more) = Self.halves(line)
            if long.isEmpty { faults.append("an empty line of long text") }
            if let more {
                checkData(more)
                isData = true
            }
        }
        if Set(labels).count != labels.count { faults.append("a label twice: \(labels)") }
    }

    private static func halves(_ line: String) -> (String, String?) {
        let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        var text = String(parts[0])
        while text.hasSuffix(" ") { text.removeLast() }
        return (text, parts.count == 2 ? String(parts[1]) : nil)
    }

    private mutating func checkText(_ text: String) {
        if text.isEmpty { faults.append("no text") }
        if text.count > 200 { faults.append("the first line has \(text.count) characters") }
        if text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            faults.append("a control character")
        }
        let words = text.split(separator: " ")
        let states = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
        guard let dash = words.firstIndex(of: "-"), dash >= 2, states.contains(String(words[dash - 1])) else {
            faults.append("not NAME STATE - text: \(text)")
            return
        }
    }

    private mutating func checkData(_ data: String) {
        var rest = Substring(data)
        while true {
            rest = rest.drop { $0 == " " }
            guard !rest.isEmpty else { return }
            guard let item = Self.label(&rest) else {
                faults.append("no label at: \(rest)")
                return
            }
            labels.append(item)
            let field = rest.prefix { $0 != " " }
            rest = rest.dropFirst(field.count)
            checkItem(String(field), label: item)
        }
    }

    /// A quoted label may hold blanks; two quotes are one; `=` ends it.
    private static func label(_ rest: inout Substring) -> String? {
        guard rest.first == "'" else {
            let label = rest.prefix { $0 != "=" && $0 != " " && $0 != "'" }
            rest = rest.dropFirst(label.count)
            guard rest.first == "=", !label.isEmpty else { return nil }
            rest.removeFirst()
            return String(label)
        }
        rest.removeFirst()
        let label = rest.prefix { $0 != "'" }
        rest = rest.dropFirst(label.count)
        guard rest.hasPrefix("'="), !label.isEmpty, !label.contains("=") else { return nil }
        rest.removeFirst(2)
        return String(label)
    }

    private mutating func checkItem(_ field: String, label: String) {
        let parts = field.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 5 else {
            faults.append("too many fields: \(field)")
            return
        }
        let number = parts[0].prefix { "-0123456789.".contains($0) }
        let unit = String(parts[0].dropFirst(number.count))
        let units = ["", "s", "us", "ms", "%", "B", "KB", "MB", "GB", "TB", "c"]
        guard let value = Self.number(number), units.contains(unit) else {
            faults.append("no number with a unit: \(parts[0])")
            return
        }
        values[label] = value
        for range in parts.dropFirst().prefix(2) where !range.isEmpty && !Self.isRange(range) {
            faults.append("no range: \(range)")
        }
        for limit in parts.dropFirst(3) where !limit.isEmpty && Self.number(Substring(limit)) == nil {
            faults.append("no limit: \(limit)")
        }
    }

    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.allSatisfy({ "-0123456789.".contains($0) }), !text.hasSuffix("."),
            !text.hasPrefix(".")
        else { return nil }
        return Double(text)
    }

    /// `10`, `10:`, `~:10`, `10:20`, `@10:20`.
    private static func isRange(_ text: String) -> Bool {
        let body = text.hasPrefix("@") ? text.dropFirst() : text[...]
        let parts = body.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, !body.isEmpty, body != ":" else { return false }
        return parts.enumerated().allSatisfy { place, part in
            part.isEmpty || (place == 0 && parts.count == 2 && part == "~") || number(part) != nil
        }
    }
}
