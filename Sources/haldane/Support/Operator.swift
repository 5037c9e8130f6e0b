import CanaryCore
import CanaryReport
import Glibc

/// Who works this command.
enum Operator {
    /// As in `alice@laptop`.
    static var name: String {
        var host = [CChar](repeating: 0, count: 256)
        let hasHost = gethostname(&host, host.count - 1) == 0
        let machine = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(user)@\(hasHost && !machine.isEmpty ? machine : "localhost")"
    }

    private static var user: String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4096)
        let code = getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found)
        if code == 0, found != nil, let name = entry.pw_name { return String(cString: name) }
        return Console.environment["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? "uid \(geteuid())"
    }

    /// A reason that has to be given.
    ///
    /// - Parameters:
    ///   - place: where it is written.
    ///   - example: a reason that somebody may have.
    static func reason(
        _ text: String?,
        for verb: String,
        in place: String = "the journal",
        example: String = "support reports errors at checkout"
    ) throws(CommandFault) -> String {
        let reason = (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard reason.isEmpty else { return reason }
        throw CommandFault(
            InputFault(
                "\(verb) needs a reason: it is written into \(place) for whoever reads it later",
                hint: "for example: haldane \(verb) --reason '\(example)'"
            ),
            .usage
        )
    }
}
