import CanaryCore
import CanarySimulator
import CanaryYAML
import FoundationEssentials

/// The files of a demo: the route to rewrite, the spec, and the folder of the journal.
struct DemoDirectory {
    let spec: CanarySpec
    let route: String
    let specPath: String
    let journal: String

    /// Writes the files anew.
    static func prepare(_ options: DemoOptions, targets: [String]) throws(AgentError) -> DemoDirectory {
        let folder = options.directory
        let route = folder + "/" + DemoFiles.routeName
        let specPath = folder + "/" + DemoFiles.specName
        let specText = DemoFiles.spec(targets: targets, routeFile: DemoFiles.routeName)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(DemoFiles.virtualService().utf8).write(to: URL(filePath: route), options: .atomic)
            try Data(specText.utf8).write(to: URL(filePath: specPath), options: .atomic)
        } catch {
            throw AgentError(
                "cannot write the demo's files in \(folder)",
                hint: "--directory has to be a folder that can be made and written",
                exitCode: .usage
            )
        }
        do {
            var decoded = try SpecDecoder.decode(text: specText, file: specPath)
            for setting in options.settings { decoded = try SpecDecoder.apply(set: setting, to: decoded) }
            return DemoDirectory(spec: decoded.spec, route: route, specPath: specPath, journal: folder + "/journal")
        } catch {
            throw AgentError("the demo's spec is not valid", cause: error.description, exitCode: .usage)
        }
    }
}
