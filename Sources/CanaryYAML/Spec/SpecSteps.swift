import CanaryCore

/// The `steps` list.
enum SpecSteps {
    private static let limit = 100

    static func read(_ body: SpecReader.Section?, with reader: inout SpecReader) -> [Double]? {
        guard let items = reader.list(body, "steps", example: "[5%, 25%, 100%]") else { return nil }
        if items.isEmpty || items.count > limit, let node = body?.node["steps"] {
            reader.fail("steps must hold 1 to \(limit) percentages, not \(items.count)", at: node)
        }
        var steps: [Double] = []
        for (path, node) in items.prefix(limit) {
            let text = node.scalar ?? ""
            guard let step = SpecSyntax.percentNumber(text) else {
                let bare = SpecSyntax.number(text)
                reader.fail(
                    "\(path) must be a percentage like 5%, not \(reader.shown(node))",
                    at: node,
                    suggestion: bare.map { "write \(SpecSyntax.rendered($0))%" }
                )
                continue
            }
            guard step > 0, step <= 100 else {
                reader.fail("\(path) must be above 0% and at most 100%, not \(text)", at: node)
                continue
            }
            guard RouteWeights(canaryPercent: step, sum: 10_000) != nil else {
                reader.fail("\(path) has more than two decimals, which weights cannot express", at: node)
                continue
            }
            if let last = steps.last, step <= last {
                reader.fail("steps must ascend: \(text) comes after \(SpecSyntax.rendered(last))%", at: node)
            }
            steps.append(step)
        }
        return steps
    }
}
