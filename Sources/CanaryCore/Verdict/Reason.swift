/// Why something is so: a bounded word for machines and a sentence for people.
package struct Reason: Sendable, Hashable, Codable, CustomStringConvertible {
    package var label: String
    package var text: String

    package init(_ label: String, _ text: String) {
        self.label = label
        self.text = text
    }

    package var description: String { text }
}
