import CanaryCore
import CanaryReport
import Glibc

/// A fresh folder that nobody else uses.
enum TemporaryFolder {
    static func make(_ name: String) throws(CommandFault) -> String {
        var base = Console.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        while base.count > 1, base.hasSuffix("/") { base.removeLast() }
        var template = Array("\(base)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw CommandFault(
                InputFault("cannot make a folder in \(base)", cause: String(cString: strerror(errno))),
                .unknown
            )
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
