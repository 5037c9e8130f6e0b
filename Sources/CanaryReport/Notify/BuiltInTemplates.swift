/// The forms that receivers of notices expect, as templates that a user may copy and change.
enum BuiltInTemplates {
    static let texts = ["slack": slack, "teams": teams, "alertmanager": alertmanager]

    /// An incoming webhook: a header of at most 150 characters, a section of at most 3,000.
    private static let slack = """
        {
          "text": "{{slack(short(headline))}}",
          "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": "{{short(headline)}}", "emoji": false } },
            { "type": "section", "text": { "type": "mrkdwn", "text": "{{slack(text)}}" } },
            { "type": "context", "elements": [
              { "type": "mrkdwn", "text": "{{#weights}}{{slack(short(stableName))}}/{{slack(short(canaryName))}} {{weights}} · {{/weights}}run {{slack(short(run))}}{{#time}} · {{time}}{{/time}}" }
            ] }
          ]
        }

        """

    /// A workflow that posts an Adaptive Card.
    private static let teams = """
        {
          "type": "message",
          "attachments": [
            {
              "contentType": "application/vnd.microsoft.card.adaptive",
              "contentUrl": null,
              "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [
                  { "type": "TextBlock", "text": "{{markdown(short(headline))}}", "weight": "Bolder", "size": "Medium", "color": "{{color}}", "wrap": true },
                  { "type": "TextBlock", "text": "{{markdown(text)}}", "wrap": true },
                  { "type": "FactSet", "facts": [
                    {{#outcome}}
                    { "title": "outcome", "value": "{{outcome}}" },
                    {{/outcome}}
                    {{#weights}}
                    { "title": "weights", "value": "{{weights}} ({{markdown(short(stableName))}}/{{markdown(short(canaryName))}})" },
                    {{/weights}}
                    {{#time}}
                    { "title": "time", "value": "{{time}}" },
                    {{/time}}
                    { "title": "run", "value": "{{markdown(short(run))}}" }
                  ] }
                ]
              }
            }
          ]
        }

        """

    /// `POST /api/v2/alerts`. One alert for each run and severity: later notices replace its annotations. On the way
    /// Alertmanager's own `resolve_timeout` ends it; at the end those of other severities are over at once, and the one about
    /// the end itself after an hour, or at once if it ended well.
    private static let alertmanager = """
        [
          {
            "labels": {
              "alertname": "HaldaneCanary",
              "namespace": "{{namespace}}",
              "canary": "{{name}}",
              "run": "{{run}}",
              "severity": "{{severity}}"
            },
            "annotations": {
              "summary": "{{short(headline)}}",
              "description": "{{long(text)}}",
              {{#outcome}}
              "outcome": "{{outcome}}",
              {{/outcome}}
              {{#weights}}
              "weights": "{{weights}}",
              {{/weights}}
              "reason": "{{reason}}"
            }{{#time}},
            "startsAt": "{{time}}"{{/time}}{{#ends}},
            "endsAt": "{{ends}}"{{/ends}}
          }{{#resolved}},
          {
            "labels": {
              "alertname": "HaldaneCanary",
              "namespace": "{{namespace}}",
              "canary": "{{name}}",
              "run": "{{run}}",
              "severity": "{{.}}"
            },
            "startsAt": "{{started}}",
            "endsAt": "{{time}}"
          }{{/resolved}}
        ]

        """
}
