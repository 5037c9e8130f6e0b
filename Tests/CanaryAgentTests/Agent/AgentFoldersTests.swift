import CanaryAgent
import CanaryCore
import Foundation
import Testing

@Suite("The folders of an agent")
struct AgentFoldersTests {
    @Test("a folder of specs that is not there, or is none, is refused in plain words")
    func specs() throws {
        let scratch = try Scratch()
        try scratch.store("x".utf8, at: "\(scratch.path)/file")
        for (path, cause) in [("/nope", "No such file or directory"), ("\(scratch.path)/file", "Not a directory")] {
            let error = #expect(throws: AgentError.self) { try AgentFolders.checkSpecs(path) }
            #expect(error?.message == "specs cannot be read from the folder \(path)")
            #expect(error?.cause == cause)
            #expect(error?.hint?.contains("--specs") == true)
            #expect(error?.exitCode == .usage)
        }
        try AgentFolders.checkSpecs(scratch.path)
    }

    @Test("the folder of the journals is made with those above it; where that cannot be done it is said where and why")
    func data() throws {
        let scratch = try Scratch()
        try AgentFolders.makeData("\(scratch.path)/one/two/three")
        try AgentFolders.makeData("\(scratch.path)/one/two/three/")
        #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/one/two/three"))

        try scratch.store("x".utf8, at: "\(scratch.path)/file")
        let below = #expect(throws: AgentError.self) { try AgentFolders.makeData("\(scratch.path)/file/two") }
        #expect(below?.message == "journals cannot be kept in \(scratch.path)/file/two")
        #expect(below?.cause == "Not a directory")
        #expect(below?.hint == "name a folder that this user may write with --data")
        let inside = #expect(throws: AgentError.self) { try AgentFolders.makeData("\(scratch.path)/file/two/three") }
        #expect(inside?.cause == "\(scratch.path)/file/two: Not a directory")
        let file = #expect(throws: AgentError.self) { try AgentFolders.makeData("\(scratch.path)/file") }
        #expect(file?.cause == "Not a directory")
    }
}
