"""One rule, one file: its name is the rule's, its section is in docs/bpmn.md, its two diagrams in bpmn/rules/."""
