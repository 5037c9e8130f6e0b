import CanaryCore
import Mustache

/// The form of a webhook's message: one that is built in, or a user's own Mustache text.
///
/// A template is proved when it is read: its tags are known, and notices of every kind come out of it as JSON.
package struct NoticeTemplate: Sendable {
    /// What came out.
    package struct Rendering: Sendable, Hashable {
        package var body: [UInt8]
        /// Why it is the plain form and not the template's.
        package var note: String?

        package init(body: [UInt8], note: String? = nil) {
            self.body = body
            self.note = note
        }
    }

    package let name: String
    /// Nil is the plain form.
    private let template: MustacheTemplate?

    /// The built-in template of a name; nil for any other name, which then is a path.
    package init?(builtIn name: String) {
        self.name = name
        if name == "haldane" {
            template = nil
            return
        }
        guard let text = BuiltInTemplates.texts[name] else { return nil }
        guard let template = try? Self.parsed(text) else { return nil }
        self.template = template
    }

    /// Names of the built-in templates.
    package static var builtIn: [String] { ["haldane"] + BuiltInTemplates.texts.keys.sorted() }

    /// The text of a built-in template, to begin one's own with; nil for `haldane`, which is not one, and unknown names.
    package static func text(of name: String) -> String? { BuiltInTemplates.texts[name] }

    /// A user's own template.
    ///
    /// - Parameter name: what messages call it, e.g. its path.
    package init(name: String, text: String) throws(TemplateFault) {
        self.name = name
        try TemplateTags.check(text, of: name)
        do {
            template = try Self.parsed(text)
        } catch let error as MustacheTemplate.ParserError {
            let place = error.context
            throw TemplateFault(name, "is not a Mustache template: \(error.error)", line: place.lineNumber)
        } catch {
            throw TemplateFault(name, "is not a Mustache template: \(error)")
        }
        for sample in Self.samples {
            if let fault = Self.fault(in: render(sample)) {
                throw TemplateFault(
                    name,
                    "does not give JSON for \(sample.outcome == nil ? "a notice" : "an end"): \(fault)",
                    hint: "put every {{variable}} between quotes, and commas inside the sections they belong to"
                )
            }
        }
    }

    /// The message in this form; the plain form with a note if something else than JSON would come out.
    package func rendering(_ message: NoticeMessage) -> Rendering {
        guard template != nil else { return Rendering(body: message.plain()) }
        let text = render(message)
        guard let fault = Self.fault(in: text) else { return Rendering(body: Array(text.utf8)) }
        let note = "the template \(name) did not give JSON: \(fault)"
        return Rendering(body: message.plain(note: note), note: note)
    }

    // MARK: Helpers

    /// Values escape themselves for JSON; without the pragma the engine would escape them for HTML as well.
    private static func parsed(_ text: String) throws -> MustacheTemplate {
        try MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}" + text)
    }

    private func render(_ message: NoticeMessage) -> String {
        template?.render(NoticeVariables(message: message)) ?? ""
    }

    /// In words, with the place in the output.
    private static func fault(in text: String) -> String? {
        guard let offset = JSONShape.fault(in: text) else { return nil }
        let before = text.utf8.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let start = String(decoding: before.suffix(30), as: UTF8.self)
        let rest = String(decoding: text.utf8.dropFirst(offset).prefix(10), as: UTF8.self)
        guard !rest.isEmpty else { return "it ends too early" }
        return "line \(line) of it goes wrong at '\(TextCells.harmless(start))' → '\(TextCells.harmless(rest))'"
    }

    /// Every kind of message, with texts that need escaping.
    private static let samples: [NoticeMessage] = {
        let hostile = Reason("sample", "a \"quoted\" \\ text,\n<&> {{text}} in two lines")
        let base = NoticeMessage(
            namespace: "n\"s",
            name: "c",
            run: "r",
            urgency: .warning,
            reason: hostile,
            stableName: "v1",
            canaryName: "v2",
            at: nil,
            startedAt: Timestamp(milliseconds: 0)
        )
        var known = base
        known.weights = RouteWeights(stable: 95, canary: 5)
        known.at = Timestamp(milliseconds: 1)
        let outcomes: [Outcome] = [.promoted(hostile), .rolledBack(hostile, .proved), .held(.deadline, hostile)]
        return [base, known]
            + [base, known].flatMap { message in
                outcomes.map { outcome in
                    var end = message
                    end.outcome = outcome
                    return end
                }
            }
    }()
}
