import CanaryCore

/// Sizes of files as people read them.
package enum ByteCount {
    /// `812 B`, `213 kB`, `1.5 MB`, `2 GB`; powers of a thousand.
    package static func text(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB", "GB"] {
            if value.magnitude < 999.5 { return "\(Phrase.decimal(value)) \(unit)" }
            value /= 1000
        }
        return "\(Phrase.decimal(value)) TB"
    }
}
