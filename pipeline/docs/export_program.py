"""Exports a trained network of PyTorch as segments for Stitchflow, as pytorch.md describes:

    export(model, "r18", {"stem": "conv1 bn1 relu", "layer1": "layer1", "head": "avgpool flatten fc"})
    export(model, "r18", resnet(model))      # of torchvision or timm, as vit(model)"""
import copy, json, pathlib, torch

def export(model, directory, segments, input=(3, 32, 32), mean=None, std=None):
    """segments: name -> children of the model in their order, or what is called with model and x. mean, std: of pixels in [0, 1]."""
    model = copy.deepcopy(model).eval().requires_grad_(False)
    program = {"version": 1, "name": type(model).__name__, "input": list(input), "segments": []}
    program.update({} if mean is None else {"mean": list(mean), "std": list(std)})
    device = next((each.device for each in model.parameters()), "cpu")
    images = x = 1 * torch.rand(2, *input, device=device, requires_grad=True)  # else attention becomes a kernel without gradients
    pathlib.Path(directory).mkdir(parents=True, exist_ok=True)
    for name, part in segments.items():
        script = torch.jit.trace(chain(model, part) if isinstance(part, str) else lambda x: part(model, x), x, check_trace=False)
        x = script(x)
        torch.jit.save(script, str(pathlib.Path(directory, name + ".pt")))
        program["segments"].append({"name": name, "file": name + ".pt", "shape": list(x.shape[1:])})
    whole = model(images)
    if not torch.allclose(x, getattr(whole, "logits", whole), rtol=1e-3, atol=1e-4):
        raise ValueError("the segments, one after another, give other logits than the model: name what its forward runs, in that order")
    pathlib.Path(directory, "program.json").write_text(json.dumps(program, indent=1))

def chain(model, names):
    """Children in their order, by name; `flatten` where the model has no such child."""
    modules = {"flatten": torch.nn.Flatten(), **dict(model.named_modules())}
    return torch.nn.Sequential(*(modules[name] for name in names.split()))

def resnet(model):
    """The segments of a ResNet of torchvision or timm, whose shapes of maps are those of its stages."""
    act, pool = ("relu", "avgpool flatten") if hasattr(model, "relu") else ("act1", "global_pool")
    return {"stem": f"conv1 bn1 {act} maxpool", **{f"layer{i}": f"layer{i}" for i in (1, 2, 3, 4)}, "head": f"{pool} fc"}

def vit(model):
    """A segment a block of a ViT of torchvision (with an encoder) or timm; the last one normalises too."""
    if hasattr(model, "encoder"):
        embed = lambda m, x: m.encoder.dropout(torch.cat([m.class_token.expand(x.shape[0], -1, -1), m._process_input(x)], 1) + m.encoder.pos_embedding)
        return {"embed": embed, **{f"block{i}": f"encoder.layers.{n}" for i, (n, _) in enumerate(model.encoder.layers.named_children())}, "head": lambda m, x: m.heads(m.encoder.ln(x)[:, 0])}
    return {"embed": lambda m, x: m.norm_pre(m._pos_embed(m.patch_embed(x))), **{f"block{i}": f"blocks.{i}" for i in range(len(model.blocks))}, "head": lambda m, x: m.forward_head(m.norm(x))}
