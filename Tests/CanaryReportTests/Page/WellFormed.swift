import Foundation
import Testing

/// Whether a page is well-formed XML, as xmllint sees it.
enum WellFormed {
    /// - Parameter html: begins with a line of document type.
    static func expect(_ html: String) throws {
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-page-\(UUID().uuidString).xml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(html.drop { $0 != "\n" }.dropFirst().utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xmllint", "--noout", "--nonet", file.path]
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let words = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(words.prefix(2000))")
    }
}
