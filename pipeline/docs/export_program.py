"""Exports a trained network of PyTorch as segments for Stitchflow; see pytorch.md.

    from export_program import export, resnet
    export(model, "r18", {"stem": "conv1 bn1 relu", "layer1": "layer1", "head": "avgpool flatten fc"})
    export(model, "r18", resnet(model))      # of torchvision or timm
"""
import json, os, torch

def export(model, directory, segments, input=(3, 32, 32), mean=None, std=None):
    """segments: name -> children of the model in their order, or a module. mean, std: of pixels in [0, 1]."""
    parts = {name: part if isinstance(part, torch.nn.Module) else chain(model, part) for name, part in segments.items()}
    device = next((parameter.device for parameter in model.parameters()), "cpu")
    start = x = torch.rand(2, *input, device=device)
    listed = []
    os.makedirs(directory, exist_ok=True)
    with torch.no_grad():
        for name, part in parts.items():
            script = torch.jit.trace(part.eval(), x)
            x = script(x)
            torch.jit.save(script, os.path.join(directory, name + ".pt"))
            listed.append({"name": name, "file": name + ".pt", "shape": list(x.shape[1:])})
        whole = model.eval()(start)
    if not torch.allclose(x, getattr(whole, "logits", whole), rtol=1e-3, atol=1e-4):
        raise ValueError("the segments, one after another, give other logits than the model: name what its forward runs, in that order")
    program = {"version": 1, "name": type(model).__name__, "input": list(input), "segments": listed}
    if mean is not None:
        program.update(mean=list(mean), std=list(std))
    with open(os.path.join(directory, "program.json"), "w") as file:
        json.dump(program, file, indent=1)

def chain(model, names):
    """Children in their order, by name; `flatten` where the model has no such child."""
    own = [name != "flatten" or hasattr(model, name) for name in names.split()]
    return torch.nn.Sequential(*(model.get_submodule(n) if has else torch.nn.Flatten() for n, has in zip(names.split(), own)))

def resnet(model):
    """The segments of a ResNet of torchvision or timm, whose shapes of maps are those of its stages."""
    act, pool = ("relu", "avgpool flatten") if hasattr(model, "relu") else ("act1", "global_pool")
    stages = {name: name for name in ("layer1", "layer2", "layer3", "layer4")}
    return {"stem": f"conv1 bn1 {act} maxpool", **stages, "head": f"{pool} fc"}
