import CanaryCore
import CanaryYAML

/// How long journals are kept, and how much of a disk they may take, in each folder of a canary.
package struct Retention: Sendable, Hashable {
    package static let ageVariable = "HALDANE_KEEP"
    package static let sizeVariable = "HALDANE_KEEP_SIZE"
    /// The word for no limit.
    package static let forever = "forever"

    /// Since the end of a run; nil is for ever.
    package var age: Duration?
    /// Of all journals of a folder, in bytes; nil is without limit.
    package var bytes: Int?

    /// 180 days and 1 GiB.
    package static let standard = Retention(age: .seconds(180 * 86_400), bytes: 1 << 30)

    package init(age: Duration?, bytes: Int?) {
        self.age = age
        self.bytes = bytes
    }

    /// From the command line, else the environment, else the standard.
    package init(age: String?, bytes: String?, environment: [String: String]) throws(AgentError) {
        self = .standard
        if let (text, origin) = Self.given(age, "--keep", environment, Self.ageVariable) {
            guard let parsed = Self.age(text) else {
                throw AgentError(
                    "\(origin) '\(text)' is not an age",
                    hint: "for example 90d, 36h or \(Self.forever)",
                    exitCode: .usage
                )
            }
            self.age = parsed
        }
        if let (text, origin) = Self.given(bytes, "--keep-size", environment, Self.sizeVariable) {
            guard let parsed = Self.size(text) else {
                throw AgentError(
                    "\(origin) '\(text)' is not a size",
                    hint: "for example 500MB, 2GiB or \(Self.forever)",
                    exitCode: .usage
                )
            }
            self.bytes = parsed
        }
    }

    /// `90d`, `36h`, or nil for `forever`; a nil of the outer kind is no age.
    package static func age(_ text: String) -> Duration?? {
        if text == forever { return .some(nil) }
        guard let age = SpecSyntax.duration(text), age >= .zero else { return nil }
        return .some(age)
    }

    /// `500MB` (powers of 1000), `2GiB` (of 1024), a bare number of bytes, or nil for `forever`; a nil of the outer kind is no size.
    package static func size(_ text: String) -> Int?? {
        if text == forever { return .some(nil) }
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        let units: [String: Double] = [
            "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
            "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
        ]
        guard digits.utf8.count <= 15, let number = Double(digits), let factor = units[unit] else { return nil }
        return Int(exactly: (number * factor).rounded()).map { .some($0) }
    }

    private static func given(
        _ flag: String?,
        _ name: String,
        _ environment: [String: String],
        _ variable: String
    ) -> (text: String, origin: String)? {
        if let flag { return (flag, name) }
        return environment[variable].flatMap { $0.isEmpty ? nil : ($0, "$\(variable)") }
    }
}
