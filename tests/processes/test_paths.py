"""Main path, side branches, blocks and choices of drawn graphs."""

from __future__ import annotations


def inside(diagram):
    return {(block.split, block.join): block.inside for block in diagram.blocks}


def test_all_of_a_plain_process_is_main(sketch):
    diagram = sketch().path("start sit_a xor_1 sit_b end").path("xor_1 sit_a").read()
    assert diagram.main == set(diagram.nodes)
    assert diagram.side == frozenset()
    assert diagram.choices == {"xor_1"}


def test_what_a_non_interrupting_event_starts_is_side(sketch):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False)
    diagram = drawn.path("cedo act_b end_b").read()
    assert diagram.side == {"cedo", "act_b", "end_b"}
    assert diagram.side_flows == {"cedo-act_b", "act_b-end_b"}
    assert diagram.main == {"start", "sit_a", "end"}


def test_what_an_interrupting_event_starts_is_of_its_hosts_kind(sketch):
    drawn = sketch().path("start sit_a end").boundary("tarde", "sit_a").path("tarde act_b end_b")
    drawn.boundary("cedo", "sit_a", interrupting=False).path("cedo act_c end_c")
    diagram = drawn.boundary("vencida", "act_c").path("vencida svc_d end_d").read()
    assert diagram.main == {"start", "sit_a", "end", "tarde", "act_b", "end_b"}
    assert diagram.side == {"cedo", "act_c", "end_c", "vencida", "svc_d", "end_d"}


def test_of_a_split_the_branch_with_situations_is_main_whatever_the_order(sketch):
    first = sketch().path("start sit_a par_1 sit_b end").path("par_1 act_c end_c").read()
    last = sketch().path("start sit_a par_1 act_c end_c").path("par_1 sit_b end").read()
    for diagram in (first, last):
        assert diagram.side == {"act_c", "end_c"}
        assert diagram.side_flows == {"par_1-act_c", "act_c-end_c"}
        assert diagram.blocks == ()


def test_a_split_in_a_loop_is_no_different(sketch):
    drawn = sketch().path("start sit_a xor_1 par_1 sit_a").path("par_1 act_c end_c").path("xor_1 end")
    diagram = drawn.read()
    assert diagram.side == {"act_c", "end_c"}
    assert "par_1-sit_a" not in diagram.side_flows


def test_a_branch_that_comes_to_a_called_process_goes_on(sketch):
    diagram = sketch().path("start sit_a par_1 act_b call_q end").path("par_1 act_c end_c").read()
    assert diagram.side == {"act_c", "end_c"}


def test_branches_that_meet_at_a_join_are_a_block_and_main(sketch):
    drawn = sketch().path("start sit_a par_1 act_b par_2 sit_d end").path("par_1 act_c par_2")
    diagram = drawn.read()
    assert inside(diagram) == {("par_1", "par_2"): {"act_b", "act_c"}}
    assert diagram.main == set(diagram.nodes)


def test_a_block_ends_at_the_nearest_join(sketch):
    drawn = sketch().path("start sit_a par_1 act_b par_2 sit_d par_3 act_e par_4 end")
    diagram = drawn.path("par_1 act_c par_2").path("par_3 act_f par_4").read()
    assert inside(diagram) == {
        ("par_1", "par_2"): {"act_b", "act_c"},
        ("par_3", "par_4"): {"act_e", "act_f"},
    }


def test_blocks_nest(sketch):
    drawn = sketch().path("start sit_a par_1 act_b par_4 sit_z end")
    diagram = drawn.path("par_1 par_2 act_c par_3 par_4").path("par_2 act_d par_3").read()
    assert inside(diagram) == {
        ("par_1", "par_4"): {"act_b", "par_2", "act_c", "act_d", "par_3"},
        ("par_2", "par_3"): {"act_c", "act_d"},
    }


def test_a_branch_of_a_block_may_begin_a_side_branch(sketch):
    drawn = sketch().path("start sit_a par_1 act_b par_2 sit_d end").path("par_1 par_3 act_c par_2")
    diagram = drawn.path("par_3 svc_e end_e").read()
    assert diagram.side == {"svc_e", "end_e"}
    assert [(block.split, block.join) for block in diagram.blocks] == [("par_1", "par_2")]


def test_a_side_branch_may_hold_a_block(sketch):
    drawn = sketch().path("start sit_a end").boundary("cedo", "sit_a", interrupting=False)
    drawn.path("cedo par_1 act_b par_2 end_b").path("par_1 act_c par_2")
    diagram = drawn.read()
    assert inside(diagram) == {("par_1", "par_2"): {"act_b", "act_c"}}
    assert "par_2" in diagram.side


def test_a_gateway_that_joins_and_splits_is_both(sketch):
    drawn = sketch().path("start sit_a par_1 act_b par_2 act_c par_3 end")
    diagram = drawn.path("par_1 act_d par_2 act_e par_3").read()
    assert inside(diagram) == {("par_1", "par_2"): {"act_b", "act_d"}, ("par_2", "par_3"): {"act_c", "act_e"}}


def test_without_a_branch_that_goes_on_nothing_is_side(sketch):
    diagram = sketch().path("start sit_a par_1 act_b end").path("par_1 act_c end_c").read()
    assert diagram.side == frozenset()


def test_a_gateway_is_a_choice_only_behind_situations_alone(sketch):
    drawn = sketch().path("start sit_a xor_1 sit_b xor_2 end").path("xor_1 act_c xor_2 sit_a")
    drawn.path("sit_b xor_3 end")
    assert drawn.read().choices == {"xor_1"}


def test_what_only_a_boundary_event_leads_to_is_found(sketch):
    drawn = sketch().path("start sit_a end").boundary("tarde", "sit_a").path("tarde sit_b end")
    assert "sit_b" in drawn.read().main
    assert [node.id for node in drawn.read().attached("sit_a")] == ["tarde"]
