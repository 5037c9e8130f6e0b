package import CanaryCore
import CanaryReport
import Foundation

/// Templates of webhooks: built in, or files beside the spec.
package enum NoticeTemplates {
    /// The same targets with the paths of their own templates made absolute, each template read and proved.
    ///
    /// - Parameter specFile: the spec's path: relative templates begin in its folder; `-` is the working directory.
    package static func resolved(_ targets: [NotifyTarget], specFile: String) throws(AgentError) -> [NotifyTarget] {
        let folder = specFile == "-" ? "" : URL(filePath: specFile).deletingLastPathComponent().path
        var resolved: [NotifyTarget] = []
        for (index, target) in targets.enumerated() {
            var target = target
            if NoticeTemplate(builtIn: target.template) == nil {
                let path = absolute(target.template, in: folder)
                do {
                    _ = try read(path, shownAs: target.template)
                } catch {
                    throw AgentError(
                        "notify[\(index)].template cannot be used",
                        cause: error.headline,
                        hint: hint(error, target.template),
                        exitCode: .usage
                    )
                }
                target.template = path
            }
            resolved.append(target)
        }
        return resolved
    }

    /// The template of a target whose path is absolute already.
    static func template(of target: NotifyTarget) throws(TemplateFault) -> NoticeTemplate {
        if let known = NoticeTemplate(builtIn: target.template) { return known }
        return try read(target.template, shownAs: target.template)
    }

    // MARK: Files

    private static func absolute(_ path: String, in folder: String) -> String {
        if path.hasPrefix("/") { return path }
        let base = folder.isEmpty ? FileManager.default.currentDirectoryPath : folder
        return URL(filePath: path, relativeTo: URL(filePath: base, directoryHint: .isDirectory)).standardizedFileURL
            .path
    }

    /// A regular file of bounded size: anything else might never end.
    private static func read(_ path: String, shownAs name: String) throws(TemplateFault) -> NoticeTemplate {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw TemplateFault.unreadable(name, "there is no such file (\(path))")
        }
        // A link is followed: what counts is the file behind it.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        let attributes = try? manager.attributesOfItem(atPath: target)
        guard !isDirectory.boolValue, attributes?[.type] as? FileAttributeType == .typeRegular else {
            throw TemplateFault.unreadable(name, "is not a file")
        }
        guard let size = attributes?[.size] as? UInt64 ?? (attributes?[.size] as? Int).map(UInt64.init(clamping:)),
            size <= 1_000_000
        else { throw TemplateFault.unreadable(name, "is larger than a template can be") }
        guard let data = manager.contents(atPath: path) else {
            throw TemplateFault.unreadable(name, "cannot be read by this user")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw TemplateFault.unreadable(name, "is not UTF-8 text")
        }
        return try NoticeTemplate(name: name, text: text)
    }

    /// The place with its caret, and the way out.
    private static func hint(_ fault: TemplateFault, _ written: String) -> String {
        let known = NoticeTemplate.builtIn.joined(separator: ", ")
        let place = fault.excerpt.flatMap { excerpt in
            fault.column.map { "\(excerpt)\n  \(String(repeating: " ", count: max($0 - 1, 0)))^\n  " }
        }
        let general = written.contains("/") || written.contains(".") ? nil : "a template is a path, or one of \(known)"
        return (place ?? "") + (fault.hint ?? general ?? "a path is relative to the spec's folder")
    }
}
