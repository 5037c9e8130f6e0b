/// Text of others made fit for one line of ours.
package enum PlainLine {
    /// The first characters, with control characters and line ends as spaces.
    package static func of(_ text: String, limit: Int) -> String {
        var scalars = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return String(scalars) + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalars.append(" ")
            default: scalars.append(scalar)
            }
            count += 1
        }
        return String(scalars)
    }
}
