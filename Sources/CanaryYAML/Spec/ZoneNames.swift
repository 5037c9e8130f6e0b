import Foundation

/// Names of time zones, for suggestions.
enum ZoneNames {
    /// The name nearest to a misspelt one; a bare city is enough.
    static func nearest(to word: String) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let names = TimeZone.knownTimeZoneIdentifiers
        let city = word.lowercased().replacing(" ", with: "_")
        return names.first { $0.lowercased().hasSuffix("/" + city) } ?? EditDistance.nearest(to: word, among: names)
    }
}
