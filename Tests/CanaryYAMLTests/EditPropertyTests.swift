import CanaryCore
import CanaryYAML
import Testing

@Suite("Edits of generated files")
struct EditPropertyTests {
    @Test("An edit of a generated file changes the weights' characters and nothing else, or refuses with a reason")
    func generated() throws {
        let first: UInt64 = 20_261_123
        let count: UInt64 = 4000
        print("generated VirtualServices: seeds \(first) ..< \(first + count)")
        var refused = 0
        for seed in first..<(first + count) {
            let file = GeneratedService(seed: seed)
            do throws(RouteError) {
                let edited = try RouteEditor.edit(
                    text: file.text,
                    selection: file.selection,
                    canaryPercent: file.percent
                )
                guard let expected = file.expected else {
                    Issue.record("seed \(seed): should have been refused:\n\(file.text)")
                    return
                }
                guard edited.utf8.elementsEqual(expected.utf8) else {
                    Issue.record(
                        "seed \(seed): \(file.percent)% of\n\(file.text)\n=== gave\n\(edited)\n=== not\n\(expected)"
                    )
                    return
                }
                let reading = try RouteReader.read(text: edited, selection: file.selection)
                #expect(reading.weights == file.weights, "seed \(seed)")
                let again = try RouteEditor.edit(
                    text: edited,
                    selection: file.selection,
                    canaryPercent: file.percent
                )
                #expect(again.utf8.elementsEqual(edited.utf8), "seed \(seed): not idempotent")
            } catch {
                refused += 1
                #expect(!error.message.isEmpty && error.hint != nil)
                if file.expected != nil {
                    Issue.record("seed \(seed): refused: \(error)\n\(file.text)")
                    return
                }
            }
        }
        #expect(refused > 100 && refused < 2000)
    }

    @Test("The same holds for generated HTTPRoutes and GRPCRoutes")
    func generatedBackends() throws {
        let first: UInt64 = 77_000
        let count: UInt64 = 3000
        print("generated HTTPRoutes: seeds \(first) ..< \(first + count)")
        for seed in first..<(first + count) {
            let file = GeneratedBackends(seed: seed)
            do throws(RouteError) {
                let edited = try RouteEditor.edit(
                    text: file.text,
                    selection: file.selection,
                    canaryPercent: file.percent
                )
                guard let expected = file.expected, edited.utf8.elementsEqual(expected.utf8) else {
                    let wanted = file.expected ?? "a refusal"
                    Issue.record(
                        "seed \(seed): \(file.percent)% of\n\(file.text)\n=== gave\n\(edited)\n=== not\n\(wanted)"
                    )
                    return
                }
                #expect(try RouteReader.read(text: edited, selection: file.selection).weights == file.weights)
            } catch {
                guard file.expected == nil else {
                    Issue.record("seed \(seed): refused: \(error)\n\(file.text)")
                    return
                }
                #expect(error.hint != nil)
            }
        }
    }

    @Test("Random and damaged texts never trap the readers, and an edit that is made gives the weights asked for")
    func damaged() {
        let seed: UInt64 = 4711
        print("damaged texts: seed \(seed)")
        var random = SeededRandom(seed: seed)
        let alphabet = Array("ab:-{}[],&*!|>'\"%@`#?~ \n\t\r\\0159.\u{85}\u{2028}ü🐤\u{FEFF}\u{0}<".unicodeScalars)
        var edited = 0
        for round in 0..<3000 {
            var scalars: [Unicode.Scalar]
            if round % 3 == 0 {
                scalars = (0..<Int.random(in: 0...80, using: &random)).map { _ in random.pick(alphabet) }
            } else {
                scalars = Array(
                    (round % 3 == 1
                        ? round % 2 == 0
                            ? GeneratedService(seed: random.next()).text : GeneratedBackends(seed: random.next()).text
                        : Specs.full).unicodeScalars
                )
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: 0..<max(1, scalars.count), using: &random)
                    switch Int.random(in: 0...2, using: &random) {
                    case 0: scalars.insert(random.pick(alphabet), at: min(index, scalars.count))
                    case 1:
                        scalars.removeSubrange(
                            index..<min(scalars.count, index + Int.random(in: 0...20, using: &random))
                        )
                    default: if scalars.indices.contains(index) { scalars[index] = random.pick(alphabet) }
                    }
                }
            }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let text = String(view)
            // Whether these succeed does not matter here; that they return does.
            if let spec = try? SpecDecoder.decode(text: text, file: "x") {
                _ = EffectiveSpec(spec).entries.count
                _ = try? SpecDecoder.apply(set: text, to: spec)
            }
            _ = try? SpecDecoder.apply(set: "pace.bake=" + text, to: SpecDecoder.defaults())
            _ = try? RouteInventory.describe(text: text)
            var selection = Routes.selection
            selection.rule = .name("chosen")
            if let result = try? RouteEditor.edit(text: text, selection: selection, canaryPercent: 25) {
                edited += 1
                let weights = try? RouteReader.read(text: result, selection: selection).weights
                #expect(weights?.canaryPercent == 25, "\(text)")
                #expect(unchanged(text, result), "\(text)\n===\n\(result)")
            }
            var services = Routes.services()
            services.rule = .index(0)
            if let result = try? RouteEditor.edit(text: text, selection: services, canaryPercent: 25) {
                let weights = try? RouteReader.read(text: result, selection: services).weights
                #expect(weights?.canaryPercent == 25, "\(text)")
            }
        }
        #expect(edited > 50)
    }

    /// Whether two texts are the same but for digits and inserted lines of the keys that an edit may insert.
    private func unchanged(_ before: String, _ after: String) -> Bool {
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        func lines(_ text: String) -> [String] {
            text.unicodeScalars.split(omittingEmptySubsequences: true) { breaks.contains($0) }.map { String($0) }
        }
        func bare(_ line: String) -> [Unicode.Scalar] { line.unicodeScalars.filter { !("0"..."9").contains($0) } }
        let old = lines(before)
        var index = 0
        var changed = 0
        for line in lines(after) {
            if index < old.count, old[index].unicodeScalars.elementsEqual(line.unicodeScalars) {
                index += 1
            } else if index < old.count, line.contains(where: \.isNumber), bare(old[index]) == bare(line), changed < 2 {
                index += 1
                changed += 1
            } else if !["destination:", "host:", "subset:", "port:", "number:", "weight:"].contains(
                where: line.contains
            ) {
                return false
            }
        }
        return index == old.count
    }
}
