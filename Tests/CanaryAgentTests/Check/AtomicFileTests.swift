import CanaryAgent
import Foundation
import Testing

@Suite("AtomicFile")
struct AtomicFileTests {
    @Test("a link stays one: its target is replaced, and made if it is not there yet")
    func links() throws {
        let scratch = try Scratch()
        let files = FileManager.default
        try files.createDirectory(atPath: scratch.path + "/reports", withIntermediateDirectories: true)
        let link = scratch.path + "/latest.html"
        try files.createSymbolicLink(atPath: link, withDestinationPath: "reports/next")
        try files.createSymbolicLink(atPath: scratch.path + "/reports/next", withDestinationPath: "one.html")
        for text in ["first", "second"] {
            try AtomicFile.deliver(Array(text.utf8), to: link)
            #expect(try scratch.load(scratch.path + "/reports/one.html") == Array(text.utf8))
            #expect(try files.destinationOfSymbolicLink(atPath: link) == "reports/next")
        }
        let loop = scratch.path + "/loop"
        try files.createSymbolicLink(atPath: loop, withDestinationPath: "loop")
        #expect(throws: (any Error).self) { try AtomicFile.deliver([1], to: loop) }
    }
}
