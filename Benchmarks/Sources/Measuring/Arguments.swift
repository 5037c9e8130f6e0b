/// Flags and `--name value` pairs of a measuring program.
package struct Arguments: Sendable {
    /// A word that the program does not know, or a value that it cannot read.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    private var values: [String: String] = [:]
    private var flags: Set<String> = []

    /// Reads the words after the program's name.
    ///
    /// - Parameters:
    ///   - options: names that want a value, without dashes.
    ///   - switches: names that stand alone.
    package init(_ words: [String], options: Set<String>, switches: Set<String>) throws(Fault) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let name = word.hasPrefix("--") ? String(word.dropFirst(2)) : ""
            if switches.contains(name) {
                flags.insert(name)
            } else if options.contains(name), let value = rest.popFirst() {
                values[name] = value
            } else {
                let known = options.sorted().map { "--\($0) VALUE" } + switches.sorted().map { "--\($0)" }
                throw Fault(description: "cannot use '\(word)'; known: \(known.joined(separator: ", "))")
            }
        }
    }

    /// Whether the switch was given.
    package func has(_ name: String) -> Bool { flags.contains(name) }

    /// The option's text.
    package func text(_ name: String) -> String? { values[name] }

    /// The option as a whole number from 0 to a million, or `fallback` without it.
    package func count(_ name: String, otherwise fallback: Int) throws(Fault) -> Int {
        guard let text = values[name] else { return fallback }
        guard let number = Int(text), (0...1_000_000).contains(number) else {
            throw Fault(description: "--\(name) wants a whole number from 0 to 1000000, not '\(text)'")
        }
        return number
    }
}
